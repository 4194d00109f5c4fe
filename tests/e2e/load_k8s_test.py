"""`crema load k8s`: its objects are what they say, and a real API server of Kubernetes takes them without a warning.

The API server is asked where `kube-apiserver` and `etcd` are on the PATH or named by CREMA_KUBE_APISERVER and CREMA_ETCD.

usage: load_k8s_test.py CREMA
"""
import base64
import json
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

SCRIPT = """import { path } from './menu.js';
export const options = { scenarios: { s: { executor: 'shared-iterations', vus: 4, iterations: 10 } } };
export default function () { if (path !== '/menu' || __ENV.BASE !== 'http://shop') throw new Error('not the test'); }
"""
GROUPS = {"Secret": "api/v1", "Service": "api/v1", "Job": "apis/batch/v1"}
FAILURES: list[str] = []


def check(fine: bool, text: str) -> None:
    print(f"{'ok' if fine else 'FAILED':<7}{text}", flush=True)
    if not fine:
        FAILURES.append(text)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Control:
    """An API server with its store, as long as the test runs."""

    def __init__(self, server: str, store: str, folder: pathlib.Path) -> None:
        client, peer, self.port = free_port(), free_port(), free_port()
        self.log = open(folder / "control.log", "w", encoding="utf-8")
        key = folder / "account.key"
        subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
        (folder / "tokens").write_text('crema-test,admin,admin,"system:masters"\n')
        url = f"http://127.0.0.1:{client}"
        self.processes = [self.start(store, "--data-dir", folder / "etcd", "--listen-client-urls", url,
                                     "--advertise-client-urls", url, "--listen-peer-urls", f"http://127.0.0.1:{peer}",
                                     "--initial-advertise-peer-urls", f"http://127.0.0.1:{peer}",
                                     "--initial-cluster", f"default=http://127.0.0.1:{peer}")]
        self.processes.append(self.start(
            server, f"--etcd-servers={url}", f"--secure-port={self.port}", "--bind-address=127.0.0.1",
            f"--cert-dir={folder}", "--service-account-issuer=https://crema.test",
            f"--service-account-key-file={key}", f"--service-account-signing-key-file={key}",
            "--service-cluster-ip-range=10.96.0.0/16", f"--token-auth-file={folder}/tokens",
            "--authorization-mode=RBAC", "--disable-admission-plugins=ServiceAccount"))

    def start(self, *words: object) -> subprocess.Popen:
        return subprocess.Popen([str(word) for word in words], stdout=self.log, stderr=self.log)

    def ask(self, path: str, body: "str | None" = None) -> tuple[int, str, list[str]]:
        request = urllib.request.Request(f"https://127.0.0.1:{self.port}/{path}",
                                         data=None if body is None else body.encode(),
                                         headers={"Authorization": "Bearer crema-test",
                                                  "Content-Type": "application/yaml", "Accept": "application/json"})
        unverified = ssl._create_unverified_context()  # the server's certificate is its own
        try:
            with urllib.request.urlopen(request, timeout=20, context=unverified) as answer:
                return answer.status, answer.read().decode(), answer.headers.get_all("Warning") or []
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(), error.headers.get_all("Warning") or []

    def ready(self) -> bool:
        for _ in range(600):
            try:
                if self.ask("readyz")[0] == 200 and self.ask("api/v1/namespaces/default")[0] == 200:
                    return True
            except OSError:
                pass
            time.sleep(0.1)
        return False

    def close(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
            process.wait(20)
        self.log.close()


def objects(text: str) -> list[tuple[str, str]]:
    return [(re.search(r"^kind: (\w+)$", one, re.M)[1], one) for one in text.split("---\n")]


def test_contents(crema: str, folder: pathlib.Path, manifests: dict[str, str]) -> None:
    parts, merged = objects(manifests["parts"]), objects(manifests["merged"])
    check([kind for kind, _ in parts] == ["Secret", "Job"], "parts: a Secret and a Job")
    check([kind for kind, _ in merged] == ["Secret", "Service", "Job", "Job"], "merged: a Service and two Jobs")
    check('"$(JOB_COMPLETION_INDEX)/4"' in parts[1][1] and "completions: 4" in parts[1][1], "each pod is an instance")
    check("shop-agent-0.shop-agent:6566,shop-agent-1.shop-agent:6566" in merged[3][1], "the coordinator knows agents")
    check(merged[0][1] != objects(manifests["again"])[0][1], "certificates are never the same")
    for name, text in (("parts", parts), ("merged", merged)):
        archive = base64.b64decode(re.search(r"test\.tar: (\S+)", text[0][1])[1])
        (folder / f"{name}.tar").write_bytes(archive)
        total = 0
        for number in range(4):
            done = subprocess.run([crema, "load", "run", "--quiet", "--instance", f"{number}/4", "--summary-export",
                                   "summary.json", f"{name}.tar"], cwd=folder, capture_output=True, text=True, check=False)
            total += json.loads((folder / "summary.json").read_text())["metrics"]["iterations"]["count"]
            check(done.returncode == 0 and "not the test" not in done.stderr, f"{name}: instance {number} runs")
        check(total == 10, f"{name}: the instances together do all of it: {total}")


def test_refusals(crema: str, folder: pathlib.Path) -> None:
    (folder / "large.js").write_text("const big = open('./big.bin', 'b'); export default function () {}")
    (folder / "big.bin").write_bytes(os.urandom(1 << 20))
    for words, said in ((["--image", "c", "large.js"], "1048576"), (["shop.js"], "--image"),
                        (["--image", "c", "--name", "Shop", "shop.js"], "no name"),
                        (["--image", "c", "--parallelism", "0", "shop.js"], "--parallelism"),
                        (["--image", "c", "none.js"], "none.js")):
        done = subprocess.run([crema, "load", "k8s", *words], cwd=folder, capture_output=True, text=True, check=False)
        check(done.returncode != 0 and said in done.stderr and not done.stdout, f"refused: {' '.join(words)}")


def test_server(control: Control, manifests: dict[str, str]) -> None:
    check(control.ready(), "the API server is ready")
    # Where the strictest of the standards for pods warns of all that it would refuse.
    control.ask("api/v1/namespaces", "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: strict\n  labels:\n"
                "    pod-security.kubernetes.io/warn: restricted\n")
    for name in ("parts", "merged"):
        for kind, text in objects(manifests[name].replace("name: shop", f"name: {name}")):
            where = f"{GROUPS[kind]}/namespaces/strict/{kind.lower()}s?fieldValidation=Strict"
            for how in ("&dryRun=All", ""):
                status, answer, warnings = control.ask(where + how, text)
                detail = "" if status == 201 else answer
                check(status == 201 and not warnings, f"{name}: {kind} {how or 'created'} {status} {warnings} {detail}")


def main() -> int:
    crema = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory(prefix="crema-k8s-") as name:
        folder = pathlib.Path(name)
        (folder / "shop.js").write_text(SCRIPT)
        (folder / "menu.js").write_text("export const path = '/menu';\n")
        manifests = {}
        for name, words in (("parts", ["--parallelism", "4"]), ("merged", ["--parallelism", "2", "--merged"]),
                            ("again", ["--parallelism", "2", "--merged"])):
            done = subprocess.run([crema, "load", "k8s", "shop.js", "--image", "registry.example/crema:1", *words, "-e",
                                   "BASE=http://shop", "--run-argument=--no-color"], cwd=folder, capture_output=True,
                                  text=True, check=False)
            check(done.returncode == 0, f"{name} is printed: {done.stderr}")
            manifests[name] = done.stdout
        test_contents(crema, folder, manifests)
        test_refusals(crema, folder)
        server = os.environ.get("CREMA_KUBE_APISERVER") or shutil.which("kube-apiserver")
        store = os.environ.get("CREMA_ETCD") or shutil.which("etcd")
        if server and store:
            control = Control(server, store, folder)
            try:
                test_server(control, manifests)
            finally:
                control.close()
        else:
            print("no kube-apiserver and etcd here: the objects were not given to a real API server")
    print(f"{len(FAILURES)} failures" if FAILURES else "all is well")
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
