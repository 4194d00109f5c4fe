"""k6's own examples under crema and under k6: `./dev bench load --outcomes --examples DIR`.

DIR is the folder `examples` of a copy of k6; nothing of it is changed. All hosts that the examples
ask are servers on this machine: go-httpbin, and one that answers everything. Each example runs two
iterations; compared are exit code, checks, thresholds, the names of metrics, requests, and how many
lines and errors were logged. Modules of jslib.k6.io come from --jslib DIR, a copy of that
repository's folder `lib`.
"""
import concurrent.futures
import contextlib
import http.server
import json
import os
import pathlib
import re
import shutil
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/e2e"))
import load_websocket  # noqa: E402

HOSTS = ["httpbin.org", "quickpizza.grafana.com", "test.k6.io", "echo.websocket.org", "api.github.com", "stackoverflow.com",
         "sha256.badssl.com", "dev-li-david.pantheonsite.io", "jslib.k6.io", "baz.com", "bar.com", "foo.com", "example.com"]
WITHIN = 60
# What they need is not here: a browser, k6's cloud, servers that speak gRPC or Redis.
LEFT_OUT = re.compile(r"k6/browser|k6/x/|k6/net/grpc|experimental/redis")
ENDLESS = {"malicious.js", "pantheon.js"}
# What hangs on chance or on milliseconds, and is not compared.
THRESHOLDS = {"exit", "checks", "thresholds", "errors"}
BY_CHANCE = {"es6sample.js": THRESHOLDS, "localhost.js": THRESHOLDS, "docker-compose/opentelemetry/script.js": THRESHOLDS,
             "websocket.js": {"lines"}, "websockets/test-echo.js": {"lines", "errors"}, "websockets/ws.js": {"lines"}}
# Metrics that k6 does not have, and those that only tests of a second or more have.
NOT_COMPARED = {"iteration_start_delay", "http_req_duration_intended", "vus", "vus_max"}

NGINX = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  proxy_http_version 1.1; proxy_set_header Host $http_host; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $http_connection;
  server {{ listen 127.0.0.1:{plain}; listen 127.0.0.1:{tls} ssl http2; server_name httpbin.org; location / {{ proxy_pass http://127.0.0.1:{httpbin}; }} }}
  server {{ listen 127.0.0.1:{plain} default_server; listen 127.0.0.1:{tls} ssl http2 default_server; location / {{ proxy_pass http://127.0.0.1:{pages}; }} }}
}}
"""

PAGE = b"""<!doctype html><html><head><title>Coffee</title></head><body><h1>Coffee</h1>
<a href="/contacts.php">Contacts</a><form action="/login" method="post"><input name="login" value="a"></form></body></html>"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serve_pages(jslib: pathlib.Path | None) -> int:
    """A server that has every page; those of jslib.k6.io are files."""
    class Pages(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get("Upgrade", "").lower() == "websocket":
                with contextlib.suppress(OSError):
                    load_websocket.serve(self)
                return
            status, body = 200, PAGE
            if self.headers.get("Host", "").startswith("jslib.k6.io"):
                path = (jslib or pathlib.Path("/nowhere")) / self.path.split("?")[0].lstrip("/")
                status, body = (200, path.read_bytes()) if path.is_file() else (404, b"no such module")
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = answer

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def serve_proxy(target: int) -> int:
    """A proxy that leads every host to one port: by it modules are fetched."""
    class Proxy(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline().strip():
                pass
            self.connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            with socket.create_connection(("127.0.0.1", target)) as other:
                back = threading.Thread(target=self.copy, args=(other, self.connection), daemon=True)
                back.start()
                self.copy(self.connection, other)
                back.join(5)

        @staticmethod
        def copy(source: socket.socket, sink: socket.socket) -> None:
            with contextlib.suppress(OSError):
                while data := source.recv(65536):
                    sink.sendall(data)
                sink.shutdown(socket.SHUT_WR)

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Proxy)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


class Servers:
    """All that the examples ask, gone at the end."""

    def __init__(self, httpbin: str, jslib: pathlib.Path | None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="crema-examples-"))
        os.chmod(self.folder, 0o755)
        names = ",".join(f"DNS:{host}" for host in HOSTS)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=crema", "-addext",
                        f"subjectAltName={names}", "-keyout", self.folder / "key.pem", "-out", self.folder / "cert.pem"],
                       check=True, capture_output=True)
        plain, tls, bin_port = free_port(), free_port(), free_port()
        (self.folder / "nginx.conf").write_text(NGINX.format(folder=self.folder, plain=plain, tls=tls, httpbin=bin_port,
                                                             pages=serve_pages(jslib)))
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.processes = [subprocess.Popen([httpbin, "-host", "127.0.0.1", "-port", str(bin_port)], **quiet),
                          subprocess.Popen(["nginx", "-c", self.folder / "nginx.conf"], **quiet)]
        for port in (plain, bin_port):
            for _ in range(100):
                with contextlib.suppress(OSError):
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                time.sleep(0.05)
        hosts = {f"{host}:{port}": f"127.0.0.1:{own}" for host in HOSTS for port, own in ((80, plain), (443, tls))}
        hosts |= {"localhost:8080": f"127.0.0.1:{plain}"}
        self.config = self.folder / "config.json"
        self.config.write_text(json.dumps({"hosts": hosts, "insecureSkipTLSVerify": True}))
        proxy = f"http://127.0.0.1:{serve_proxy(tls)}"
        self.environment = {"HTTPS_PROXY": proxy, "NO_PROXY": ",".join(host for host in HOSTS if host != "jslib.k6.io"),
                            "SSL_CERT_FILE": str(self.folder / "cert.pem"), "XDG_CACHE_HOME": str(self.folder / "cache"),
                            "K6_NO_USAGE_REPORT": "true"}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.terminate()
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def outcome(program: list[str], example: pathlib.Path, servers: Servers) -> dict:
    with tempfile.TemporaryDirectory(prefix="crema-example-") as folder:
        export = pathlib.Path(folder, "summary.json")
        words = [*program, "run", "--quiet", "--config", servers.config, "--summary-export", export, "--iterations", "2", "--vus", "1"]
        words += ["--secret-source", f"file={secrets}"] if (secrets := example.parent / "file.secret").exists() else []
        environment = {**os.environ, **servers.environment}
        environment.pop("CREMA_EVIDENCE", None)
        if program[-1] != "load":
            words += ["--address", "127.0.0.1:0"]  # two of them would want one port
        try:
            done = subprocess.run([*words, example], cwd=folder, env=environment, capture_output=True, text=True, errors="replace",
                                  timeout=WITHIN, check=False)
        except subprocess.TimeoutExpired:
            return {"exit": "does not end"}
        summary = json.loads(export.read_text()) if export.exists() else {"metrics": {}}
    metrics = summary["metrics"]
    return {"exit": done.returncode, "metrics": sorted(set(metrics) - NOT_COMPARED),
            "checks": (metrics.get("checks", {}).get("passes"), metrics.get("checks", {}).get("fails")),
            "thresholds": {name: facts["thresholds"] for name, facts in metrics.items() if "thresholds" in facts},
            "requests": metrics.get("http_reqs", {}).get("count"), "log": done.stderr,
            # An iteration that throws is seen nowhere else.
            "errors": done.stderr.count("level=error"), "lines": done.stderr.count("level=info")}


def first_error(log: str) -> str:
    found = re.search(r'level=(?:error|warning) msg="((?:[^"\\]|\\.)*)"', log)
    return found[1][:160] if found else ""


def compare(folder: pathlib.Path, programs: dict[str, list[str]], httpbin: str, jslib: pathlib.Path | None) -> int:
    examples = sorted(path for ending in ("js", "ts") for path in folder.rglob(f"*.{ending}") if "browser" not in path.parts)
    examples = [path for path in examples if path.name not in ENDLESS and not LEFT_OUT.search(path.read_text(errors="replace"))
                and re.search(r"export default|module\.exports|handleSummary|scenarios", path.read_text(errors="replace"))]
    differing = 0
    with Servers(httpbin, jslib) as servers, concurrent.futures.ThreadPoolExecutor(2) as pool:
        def both(path: pathlib.Path) -> dict:
            return {name: outcome(program, path, servers) for name, program in programs.items()}

        for path, outcomes in zip(examples, pool.map(both, examples)):
            logs = {name: first_error(each.pop("log", "")) for name, each in outcomes.items()}
            crema, k6 = outcomes["crema"], outcomes["k6"]
            compared = (crema.keys() | k6.keys()) - BY_CHANCE.get(str(path.relative_to(folder)), set())
            differences = [f"{key}: {crema.get(key)}, k6 {k6.get(key)}" for key in sorted(compared) if crema.get(key) != k6.get(key)]
            differing += bool(differences)
            print(f"{'DIFFERS' if differences else 'same':<9}{path.relative_to(folder)}  exit {k6['exit']}", flush=True)
            for line in differences + ([f"{name} said: {log}" for name, log in logs.items() if log] if differences else []):
                print(f"{'':<13}{line}")
    print(f"{len(examples)} examples, {differing} differ")
    return 1 if differing else 0
