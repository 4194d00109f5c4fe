"""The server that scripts of load tests talk to: a few addresses in the manner of httpbin.

/json, /echo (what was sent, as JSON), /status/N, /delay/MS, /redirect/N, /cookies/set?name=value,
/gzip, /ws (WebSocket; see load_websocket.py). `start()` serves on a free port of 127.0.0.1 until the program ends.
"""
import gzip
import http.server
import json
import threading
import time
import urllib.parse

import load_websocket

DRINK = {"drink": {"name": "cappuccino", "price": 350}, "sizes": ["small", "medium", "large"]}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def answer_json(self, value: object) -> None:
        self.answer(200, json.dumps(value).encode(), Content_Type="application/json")

    def serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urllib.parse.urlparse(self.path)
        first, _, rest = url.path.lstrip("/").partition("/")
        if first == "json":
            self.answer_json(DRINK)
        elif first == "echo":
            self.answer_json({"method": self.command, "path": self.path, "headers": dict(self.headers),
                              "body": body.decode(errors="replace")})
        elif first == "status":
            self.answer(int(rest), b"so be it")
        elif first == "delay":
            time.sleep(int(rest) / 1000)
            self.answer(200, b"late")
        elif first == "redirect":
            left = int(rest)
            self.answer(302, Location="/json" if left == 1 else f"/redirect/{left - 1}")
        elif first == "cookies":
            self.answer(200, b"set", Set_Cookie=f"{url.query}; Path=/")
        elif first == "gzip":
            self.answer(200, gzip.compress(b"coffee, compressed"), Content_Encoding="gzip")
        elif first == "ws" and self.headers.get("Upgrade", "").lower() == "websocket":
            load_websocket.serve(self)
        else:
            self.answer(404, b"no such address")

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = serve

    def log_message(self, *_: object) -> None:
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def handle_error(self, *_: object) -> None:
        pass


def start() -> str:
    """Serves on a thread of its own; gives the server's address."""
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


if __name__ == "__main__":
    print(start(), flush=True)
    threading.Event().wait()
