"""crema load beside k6 and wrk: `./dev bench load [--seconds N] [--rounds N] [--only NAME]
[--outcomes [--examples DIR]]`.

The generator is pinned to one core and nginx to another one; the programs run in turn (A B A B ...),
so that a machine whose speed drifts slows all of them alike. The table shows medians and ratios. A
run that had failures is an error, not a fast run. --outcomes holds both programs against the scripts
of tests/data/load/scripts instead, with --examples DIR against those of a copy of k6. k6 and
go-httpbin are looked for on the PATH and in --k6 and --httpbin.
"""
import argparse
import json
import os
import pathlib
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import load_examples

ROOT = pathlib.Path(__file__).resolve().parent.parent
CREMA = ROOT / "build/release/bin/crema"

NGINX = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 65000; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 3600;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e; default_type application/json;
  ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
  server {{
    listen 127.0.0.1:{port} backlog=65000; listen 127.0.0.1:{tls} ssl backlog=65000; root {folder}/www;
    location / {{ return 200 '{{"name":"cappuccino","price":350,"stock":1}}\\n'; }}
    location /big {{ try_files /big.bin =404; }}
  }}
}}
"""

HEAD = "import http from 'k6/http'; import { check, sleep } from 'k6';\n"
OPTIONS = "export const options = { vus: %d, duration: '%ds', insecureSkipTLSVerify: true };\n"
CASES = {
    "get": ("const r = http.get('{url}'); check(r, {{ ok: (r) => r.status === 200 }});", 1),
    "post": ("const r = http.post('{url}', JSON.stringify({{a: 1, b: 'x'}}), {{headers: {{'Content-Type': 'application/json'}}}});"
             " check(r, {{ ok: (r) => r.json().price === 350 }});", 1),
    "tls": ("const r = http.get('{tls}'); check(r, {{ ok: (r) => r.status === 200 }});", 1),
    "16 KB": ("const r = http.get('{url}big'); check(r, {{ ok: (r) => r.body.length === 16384 }});", 1),
    "batch of 10": ("const all = http.batch([" + "'{url}'," * 10 + "]); check(all, {{ ok: (a) => a[9].status === 200 }});", 10),
    "1,000 tags": ("const n = __ITER % 1000; const r = http.get('{url}' + n, {{ tags: {{ item: `i${{n}}` }} }});"
                   " check(r, {{ ok: (r) => r.status === 200 }});", 1),
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Nginx:
    """nginx on a core of its own, gone at the end."""

    def __init__(self, core: int):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="crema-bench-"))
        self.port, self.tls = free_port(), free_port()
        (self.folder / "www").mkdir()
        (self.folder / "www/big.bin").write_bytes(b"x" * 16384)
        os.chmod(self.folder, 0o755)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                        "-keyout", self.folder / "key.pem", "-out", self.folder / "cert.pem"], check=True, capture_output=True)
        (self.folder / "nginx.conf").write_text(NGINX.format(folder=self.folder, port=self.port, tls=self.tls))
        self.process = subprocess.Popen(["taskset", "-c", str(core), "nginx", "-c", self.folder / "nginx.conf"],
                                        stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        sys.exit("nginx does not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def raise_file_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard) if soft < hard else (soft, hard))


def measured(command: list[str], environment: dict | None = None) -> tuple[str, float, float]:
    """Output, processor seconds and peak MiB of a command that must succeed."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                   env={**os.environ, **(environment or {})})
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode(errors="replace")
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with {process.returncode}:\n{text[-2000:]}")
    return text, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def run_script(program: list[str], script: str, core: int | None) -> tuple[dict, float, float]:
    """The summary's metrics, processor seconds and peak MiB."""
    with tempfile.TemporaryDirectory(prefix="crema-bench-") as folder:
        path, export = pathlib.Path(folder, "script.js"), pathlib.Path(folder, "summary.json")
        path.write_text(script)
        pin = ["taskset", "-c", str(core)] if core is not None else []
        environment = {"K6_NO_USAGE_REPORT": "true", **({"GOMAXPROCS": "1"} if core is not None else {})}
        command = [*pin, *program, "run", "-q", "--summary-export", str(export), str(path)]
        _, seconds, memory = measured(command, environment)
        return json.loads(export.read_text())["metrics"], seconds, memory


def wrk_rate(url: str, users: int, seconds: int, core: int) -> float:
    text, _, _ = measured(["taskset", "-c", str(core), "wrk", "-t1", f"-c{users}", f"-d{seconds}s", url])
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])


def check_clean(name: str, program: str, metrics: dict) -> None:
    if metrics["checks"]["fails"] or metrics["http_req_failed"]["passes"]:
        sys.exit(f"{name}: {program} had failures: {metrics['checks']} {metrics['http_req_failed']}")


def speed(options: argparse.Namespace, programs: dict[str, list[str]]) -> None:
    generator, server = options.cores
    print(f"requests a second, {options.users} users, generator on core {generator}, nginx on core {server}, "
          f"median of {options.rounds} x {options.seconds} s\n")
    print(f"{'':<14}" + "".join(f"{name:>12}" for name in [*programs, "wrk"]) + f"{'/ k6':>9}{'/ wrk':>9}")
    with Nginx(server) as nginx:
        url, tls = f"http://127.0.0.1:{nginx.port}/", f"https://127.0.0.1:{nginx.tls}/"
        for name, (body, requests) in CASES.items():
            if options.only and name not in options.only:
                continue
            script = HEAD + OPTIONS % (options.users, options.seconds) + \
                "export default function () {" + body.format(url=url, tls=tls) + "}\n"
            rates: dict[str, list[float]] = {program: [] for program in [*programs, "wrk"]}
            for _ in range(options.rounds):
                for program, command in programs.items():
                    metrics, _, _ = run_script(command, script, generator)
                    check_clean(name, program, metrics)
                    rates[program].append(metrics["http_reqs"]["rate"])
                if name in ("get", "tls", "16 KB"):
                    address = {"get": url, "tls": tls, "16 KB": url + "big"}[name]
                    rates["wrk"].append(wrk_rate(address, options.users, options.seconds, generator))
            middle = {program: statistics.median(values) for program, values in rates.items() if values}
            line = f"{name:<14}" + "".join(f"{middle.get(p, 0):>12,.0f}" if p in middle else f"{'':>12}" for p in rates)
            line += f"{middle['crema'] / middle['k6']:>8.2f}x" if "k6" in middle else f"{'':>9}"
            line += f"{middle['crema'] / middle['wrk']:>8.2f}x" if "wrk" in middle else ""
            print(line, flush=True)


GRPC = """import grpc from 'k6/net/grpc'; import { check } from 'k6';
export const options = { vus: %d, duration: '%ds' };
const client = new grpc.Client();
client.load(['%s'], 'shop.proto');
export default function () {
  if (__ITER === 0) client.connect('%s', { plaintext: true });
  const r = client.invoke('shop.v1.Shop/Order', { drink: 'latte', cups: 2 });
  check(r, { ok: (r) => r.status === grpc.StatusOK && r.message.message === '2 x latte' });
}
"""


def grpc(options: argparse.Namespace, programs: dict[str, list[str]]) -> None:
    """Unary calls of the server of the end-to-end tests."""
    protos = ROOT / "tests/e2e/grpc"
    with tempfile.TemporaryDirectory(prefix="crema-bench-") as folder:
        server = pathlib.Path(folder, "shop")
        subprocess.run(["go", "build", "-o", server, "."], cwd=protos, check=True)
        running = subprocess.Popen(["taskset", "-c", str(options.cores[1]), server], cwd=protos,
                                   stdout=subprocess.PIPE, text=True)
        try:
            address = f"127.0.0.1:{running.stdout.readline().strip()}"
            script = GRPC % (options.users, options.seconds, protos, address)
            rates: dict[str, list[float]] = {program: [] for program in programs}
            work: dict[str, list[float]] = {program: [] for program in programs}
            for _ in range(options.rounds):
                for program, command in programs.items():
                    metrics, seconds, _ = run_script(command, script, options.cores[0])
                    if metrics["checks"]["fails"]:
                        sys.exit(f"gRPC: {program} had failures: {metrics['checks']}")
                    rates[program].append(metrics["iterations"]["rate"])
                    work[program].append(seconds / metrics["iterations"]["count"] * 1e6)
        finally:
            running.kill()
            running.wait()
    middle = {program: statistics.median(values) for program, values in rates.items()}
    line = f"{'gRPC':<14}" + "".join(f"{value:>12,.0f}" for value in middle.values())
    line += f"{'':>12}{middle['crema'] / middle['k6']:>8.2f}x" if "k6" in middle else ""
    print(line)
    for program, values in work.items():
        print(f"  {program}: {statistics.median(values):.1f} us of CPU a call", flush=True)


def memory(options: argparse.Namespace, programs: dict[str, list[str]]) -> None:
    users = options.memory_users
    print(f"\nmemory of {users:,} users with http.get and sleep(1), 10 s\n")
    with Nginx(options.cores[1]) as nginx:
        body = f"http.get('http://127.0.0.1:{nginx.port}/'); check(1, {{ok: () => true}}); sleep(1);"
        script = HEAD + OPTIONS % (users, 10) + "export default function () {" + body + "}\n"
        idle = HEAD + OPTIONS % (1, 2) + "export default function () {" + body + "}\n"
        for program, command in programs.items():
            _, _, small = run_script(command, idle, None)
            metrics, seconds, peak = run_script(command, script, None)
            print(f"{program:<8}{peak:>9,.0f} MiB{(peak - small) * 1024 / users:>9.1f} KB a user"
                  f"{metrics['http_reqs']['count']:>10,} requests{seconds:>8.1f} s of CPU", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--users", type=int, default=64)
    parser.add_argument("--memory-users", type=int, default=5000)
    parser.add_argument("--cores", type=int, nargs=2, default=[0, 1])
    parser.add_argument("--only", action="append")
    parser.add_argument("--no-memory", action="store_true")
    parser.add_argument("--crema", type=pathlib.Path, default=CREMA)
    parser.add_argument("--k6", default=shutil.which("k6"))
    parser.add_argument("--outcomes", action="store_true")
    parser.add_argument("--examples", type=pathlib.Path, help="the folder examples of k6, with --outcomes")
    parser.add_argument("--jslib", type=pathlib.Path, help="the folder lib of jslib.k6.io, for modules of the examples")
    parser.add_argument("--httpbin", default=shutil.which("go-httpbin"))
    options = parser.parse_args()
    if options.outcomes and options.examples:
        if not options.k6 or not options.httpbin:
            sys.exit("--examples needs k6 and go-httpbin")
        programs = {"crema": [str(options.crema.resolve()), "load"], "k6": [options.k6]}
        sys.exit(load_examples.compare(options.examples.resolve(), programs, options.httpbin, options.jslib))
    if options.outcomes:
        words = ["--k6", options.k6] if options.k6 else []
        sys.exit(subprocess.run([sys.executable, ROOT / "tests/e2e/load_test.py", options.crema, *words], check=False).returncode)
    raise_file_limit()
    programs = {"crema": [str(options.crema.resolve()), "load"]}
    if options.k6:
        programs["k6"] = [options.k6]
    speed(options, programs)
    if not options.only or "gRPC" in options.only:
        grpc(options, programs)
    if not options.no_memory:
        memory(options, programs)


if __name__ == "__main__":
    main()
