"""Scripts of tests/data/load/grpc with what must come of them, against real gRPC servers.

usage: load_grpc_test.py CREMA [--k6 PROGRAM] [NAME...]: with k6 (or where one is on the PATH) every
expectation is held against it too.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import load_test

HERE = pathlib.Path(__file__).resolve().parent
SCRIPTS = HERE.parent / "data/load/grpc"
SKIPPED = 77


def build(folder: pathlib.Path) -> pathlib.Path:
    """The server, by the Go toolchain; exits where that is not there."""
    if shutil.which("go") is None:
        print("skipped: needs go")
        sys.exit(SKIPPED)
    server = folder / "shop"
    subprocess.run(["go", "build", "-o", server, "."], cwd=HERE / "grpc", check=True,
                   env={**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly"})
    return server


class Servers:
    """The servers of the scripts, gone at the end."""

    def __init__(self, server: pathlib.Path):
        self.server, self.running = server, []

    def start(self, *words: str) -> str:
        process = subprocess.Popen([self.server, *words], cwd=HERE / "grpc", stdout=subprocess.PIPE, text=True)
        self.running.append(process)
        return process.stdout.readline().strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.running:
            process.kill()
            process.wait()


def certificate(folder: pathlib.Path) -> tuple[str, str]:
    paths = str(folder / "cert.pem"), str(folder / "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-out", paths[0], "-keyout", paths[1]],
                   check=True, capture_output=True)
    return paths


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("crema")
    parser.add_argument("--k6", default=shutil.which("k6"))
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    programs = {"crema": [str(pathlib.Path(options.crema).resolve()), "load"]}
    if options.k6:
        programs["k6"] = [options.k6]
    failed = count = 0
    with tempfile.TemporaryDirectory(prefix="crema-grpc-") as name:
        folder = pathlib.Path(name)
        server = build(folder)
        subprocess.run([server, "-protoset", folder / "shop.protoset"], cwd=HERE / "grpc", check=True)
        cert, key = certificate(folder)
        with Servers(server) as servers:
            base = f"127.0.0.1:{servers.start()}"
            os.environ.update(
                PROTOS=str(HERE / "grpc"), PROTOSET=str(folder / "shop.protoset"), CERTIFICATE=cert,
                TLS=servers.start("-tls", f"{cert},{key}"),
                V1=f"127.0.0.1:{servers.start('-reflection', 'v1')}",
                ALPHA=f"127.0.0.1:{servers.start('-reflection', 'v1alpha')}",
                MUTE=f"127.0.0.1:{servers.start('-reflection', 'none')}")
            for path in sorted(SCRIPTS.glob("*.json")):
                if options.names and path.stem not in options.names:
                    continue
                count += 1
                case = json.loads(path.read_text())
                for program, command in programs.items():
                    found = load_test.run(command, path.with_suffix(".js"), case, base)
                    failed += bool(found)
                    print(f"{'FAILED' if found else 'ok':<7}{program:<6} {path.stem}", *found,
                          sep="\n        " if found else "")
    print(f"{count} scripts, {failed} failed, with {' and '.join(programs)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
