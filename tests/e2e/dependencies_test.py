"""Advisories from a server, dependencies raised, a bill of materials: with the real program.

dependencies_test.py CREMA
"""
import http.server
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import zipfile

CREMA = pathlib.Path(sys.argv[1]).resolve()


def advisory(number: int, package: str, fixed: str, ecosystem: str = "Go") -> dict:
    return {
        "id": f"TEST-{number}",
        "aliases": [f"CVE-2026-{number}"],
        "modified": "2999-01-01T00:00:00Z",
        "affected": [{
            "package": {"ecosystem": ecosystem, "name": package},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": fixed}]}],
        }],
    }


def archive(*advisories: dict) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for one in advisories:
            file.writestr(one["id"] + ".json", json.dumps(one))
    return out.getvalue()


class Server(http.server.BaseHTTPRequestHandler):
    files: dict[str, bytes] = {}
    cut_short = False

    def do_GET(self) -> None:
        body = self.files.get(self.path)
        self.send_response(200 if body is not None else 404)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        if self.cut_short and body:
            self.wfile.write(body[: len(body) // 2])
            self.connection.close()
        else:
            self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        pass


def main() -> None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        environment = os.environ | {
            "HOME": name, "CREMA_ADVISORIES": str(folder / "advisories"), "CREMA_OSV_URL": address,
            "CREMA_KEV_URL": address + "/kev.json", "GOMODCACHE": str(folder / "none"),
        }

        def crema(*words: str, code: int = 0, **more: str) -> str:
            done = subprocess.run([CREMA, *words], cwd=folder / "tree", env=environment | more, capture_output=True, text=True, timeout=60)
            assert done.returncode == code, f"crema {' '.join(words)} ended with {done.returncode}\n{done.stdout}{done.stderr}"
            return done.stdout + done.stderr

        (folder / "tree/service").mkdir(parents=True)
        (folder / "tree/go.mod").write_text("module m\n\ngo 1.20\n\nrequire (\n\tdep.org/a v1.0.0 // why\n\tdep.org/b v1.0.0\n)\n")
        (folder / "tree/service/go.mod").write_text("module n\n\ngo 1.20\n\nrequire dep.org/a v1.1.0\n")
        (folder / "tree/package-lock.json").write_text(
            json.dumps({"name": "web", "lockfileVersion": 3, "packages": {"node_modules/left": {"version": "1.0.0"}}}))

        # What is in the program.
        snapshot = json.loads(crema("db", "show", "--format", "json"))
        assert [one["name"] for one in snapshot["ecosystems"]] == ["Go"], snapshot
        assert "vuln.go.dev" in snapshot["ecosystems"][0]["source"], snapshot
        assert snapshot["exploited"]["count"] > 1000, snapshot

        Server.files = {
            "/Go/all.zip": archive(advisory(1, "dep.org/a", "1.2.0"), advisory(2, "dep.org/a", "1.3.0")),
            "/npm/all.zip": archive(advisory(3, "left", "1.0.1", "npm")),
            "/kev.json": json.dumps({"dateReleased": "2999-01-02T00:00:00Z", "vulnerabilities": [{"cveID": "CVE-2026-1"}]}).encode(),
        }
        crema("db", "update")
        fetched = json.loads(crema("db", "show", "--format", "json"))
        assert {one["name"]: one["advisories"] for one in fetched["ecosystems"]} == {"Go": 2, "npm": 1}, fetched
        assert fetched["exploited"]["day"] == "2999-01-02", fetched

        # Whatever goes wrong, what was there stays.
        before = {path.name: path.read_bytes() for path in (folder / "advisories").iterdir()}
        Server.cut_short = True
        assert "db/download" in crema("db", "update", code=3)
        Server.cut_short = False
        whole = Server.files["/Go/all.zip"]
        Server.files["/Go/all.zip"] = whole[: len(whole) // 2]
        crema("db", "update", code=3)
        del Server.files["/npm/all.zip"]
        assert "404" in crema("db", "update", "--ecosystem", "npm", code=3)
        assert "CREMA_OFFLINE" in crema("db", "update", code=3, CREMA_OFFLINE="1")
        after = {path.name: path.read_bytes() for path in (folder / "advisories").iterdir()}
        assert before == after, "an update that failed changed what was there"

        # A damaged index is said and never passed over.
        (folder / "broken.advisories").write_bytes(before["Go.advisories"][:-3])
        assert "advisories/damaged" in crema("db", "show", code=3, CREMA_ADVISORIES=str(folder / "broken.advisories"))

        # Built by hand, and older than the snapshot.
        (folder / "one.zip").write_bytes(archive(advisory(9, "dep.org/z", "1.0.0") | {"modified": "2001-01-01T00:00:00Z"}))
        built = {"CREMA_ADVISORIES": str(folder / "built")}
        assert "db/older" in crema("db", "build", str(folder / "one.zip"), **built)
        assert "db/older" not in crema("db", "build", str(folder / "one.zip"), "--day", "2999-01-01", **built)
        assert json.loads(crema("db", "show", "--format", "json", **built))["ecosystems"][0]["advisories"] == 1

        # Both go.mod files get the version that is without both; npm's package is named.
        dry = crema("fix", "deps", "--dry-run")
        assert "dep.org/a v1.3.0: 2 vulnerabilities in 2 files" in dry, dry
        assert "npm install left@1.0.1" in dry, dry
        assert "v1.0.0 // why" in (folder / "tree/go.mod").read_text()
        crema("fix", "deps", "--module", "service")
        assert "dep.org/a v1.0.0 // why" in (folder / "tree/go.mod").read_text()
        assert "dep.org/a v1.3.0" in (folder / "tree/service/go.mod").read_text()
        crema("fix", "deps")
        assert "\tdep.org/a v1.3.0 // why\n\tdep.org/b v1.0.0\n" in (folder / "tree/go.mod").read_text()

        bom_text = crema("sbom")
        bom = json.loads(bom_text)
        purls = {one.get("purl") for one in bom["components"]}
        assert {"pkg:golang/dep.org/a@v1.3.0", "pkg:npm/left@1.0.0", "pkg:golang/std@1.20.0"} <= purls, purls
        try:
            from cyclonedx.schema import SchemaVersion
            from cyclonedx.validation.json import JsonStrictValidator
        except ImportError:
            print("the schema of CycloneDX is not here: the bill was not held against it")
        else:
            assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bom_text) is None
    print("ok")


if __name__ == "__main__":
    main()
