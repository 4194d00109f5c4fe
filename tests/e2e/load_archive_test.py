"""Archives of load tests: what crema archives runs in crema, and in k6; what k6 archives runs in crema.

usage: load_archive_test.py CREMA [--k6 PROGRAM]
"""
import argparse
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile

SCRIPT = """import { named } from './lib/named ü.js';
import { open as openFile } from 'k6/experimental/fs';
import exec from 'k6/execution';
const text = open('./data/a b.txt').trim();
const bytes = open('./data/raw.bin', 'b').byteLength;
const file = await openFile('data/raw.bin');
export const options = { iterations: 1, thresholds: { iterations: ['count>0'] }, tags: { drink: 'espresso' } };
export function setup() { return { named: named() }; }
export default function (data) {
  console.log(['ran', data.named, text, bytes, file.path.length > 0, __ENV.CUP, __ENV.SIZE || 'none',
    exec.test.options.tags.drink, exec.test.options.scenarios.default.iterations].join(' '));
}
"""


def write_test(folder: pathlib.Path) -> pathlib.Path:
    for name, content in {"lib/named ü.js": b"export const named = () => 'module';\n", "data/a b.txt": b"text\n",
                          "data/raw.bin": bytes(range(256)), "script.js": SCRIPT.encode()}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder / "script.js"


def call(words: list, **more) -> subprocess.CompletedProcess:
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "K6_NO_USAGE_REPORT": "true"}
    return subprocess.run([str(word) for word in words], env=environment, capture_output=True, timeout=90, check=False, **more)


def check(what: str, holds: bool, shown: object = "") -> int:
    print(f"{'ok' if holds else 'FAILED':<7}{what}", *([shown] if not holds and shown else []))
    return 0 if holds else 1


def run_both_ways(programs: dict, root: pathlib.Path) -> int:
    failed = 0
    script = write_test(root / "home" / "alice")
    for maker, program in programs.items():
        archive = root / f"{maker}.tar"
        done = call([*program, "archive", "-O", archive, "-e", "CUP=small", "--tag", "drink=latte", "-i", "2", "-u", "2", script])
        failed += check(f"{maker} archives", done.returncode == 0, done.stderr.decode())
        hidden = root / f"{maker}-bare.tar"
        call([*program, "archive", "-O", hidden, "-e", "CUP=small", "--exclude-env-vars", script])
        moved = root / "home" / "moved"
        (root / "home" / "alice").rename(moved)
        for runner, other in programs.items():
            done = call([*other, "run", "--quiet", archive], cwd=root)
            want = b"ran module text 256 true small none latte 2"
            failed += check(f"{runner} runs the archive of {maker}", done.returncode == 0 and done.stderr.count(want) == 2, done.stderr.decode())
            done = call([*other, "run", "--quiet", "-e", "CUP=large", "-e", "SIZE=L", "-i", "1", "-u", "1", archive], cwd=root)
            failed += check(f"{runner}: flags stand over the archive of {maker}", b"true large L latte 1" in done.stderr, done.stderr.decode())
            done = call([*other, "run", "--quiet", "-e", "CUP=", hidden], cwd=root)
            failed += check(f"{runner}: nothing of the environment in the bare archive of {maker}", b"small" not in hidden.read_bytes()
                            and b"ran module" in done.stderr, done.stderr.decode())
            done = call([*other, "inspect", archive], cwd=root)
            failed += check(f"{runner} inspects the archive of {maker}", done.returncode == 0 and json.loads(done.stdout)["vus"] == 2, done.stderr.decode())
        done = call([*programs["crema"], "run", "--quiet", "-"], cwd=root, input=archive.read_bytes())
        failed += check(f"crema runs the archive of {maker} from standard input", b"ran module text" in done.stderr, done.stderr.decode())
        moved.rename(root / "home" / "alice")
    return failed


def same_form(programs: dict, root: pathlib.Path) -> int:
    """Names and kinds of entries, and the members of metadata.json, are those of k6."""
    forms = {}
    for maker in programs:
        with tarfile.open(root / f"{maker}.tar") as archive:
            entries = [(each.name, each.type, each.linkname) for each in archive]
            metadata = json.load(archive.extractfile("metadata.json"))
        for key in ("k6version", "dependencies"):
            metadata.pop(key, None)
        forms[maker] = entries, metadata
    (entries, metadata), (other_entries, other) = forms["crema"], forms["k6"]
    failed = check("entries are those of k6", entries == other_entries, (entries, other_entries))
    options = {key for key, value in other.pop("options").items() if value is not None}
    own = {key for key, value in metadata.pop("options").items() if value is not None}
    failed += check("options are those of k6", options == own, options ^ own)
    return failed + check("metadata is that of k6", metadata == other, (metadata, other))


def home_is_hidden(crema: list, root: pathlib.Path) -> int:
    """Paths of home folders lose the user's name."""
    home = pathlib.Path("/home/crema-archive-test")
    if os.geteuid() != 0 or home.exists():
        return 0
    try:
        archive = root / "home.tar"
        done = call([*crema, "archive", "-O", archive, write_test(home)])
        failed = check("no name of a user is in an archive", done.returncode == 0 and b"crema-archive-test" not in archive.read_bytes(), done.stderr.decode())
    finally:
        shutil.rmtree(home)
    done = call([*crema, "run", "--quiet", archive], cwd=root)
    return failed + check("an archive of a home folder runs", b"ran module text 256" in done.stderr, done.stderr.decode())


def refuses(crema: list, root: pathlib.Path) -> int:
    """Archives that are none end with an error that says why."""
    def tar(*entries: tuple) -> bytes:
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
            for name, content, *link in entries:
                info = tarfile.TarInfo(name)
                info.size = len(content)
                if link:
                    info.type, info.linkname = tarfile.SYMTYPE, link[0]
                archive.addfile(info, io.BytesIO(content))
        return out.getvalue()

    metadata = ("metadata.json", json.dumps({"type": "js", "options": {}, "filename": "file:///a.js", "pwd": "file:///"}).encode())
    data = ("data", b"import './b.js'; export default function () {}")
    failed = 0
    for want, content in {"leads out of it": tar(metadata, data, ("file/../../etc/passwd", b"x")),
                          "is no file": tar(metadata, data, ("file/etc", b"", "/etc")),
                          "no metadata.json": tar(data),
                          "cut off": tar(metadata, data)[:1100],
                          "cannot be found in the archive": tar(metadata, data)}.items():
        path = root / "wrong.tar"
        path.write_bytes(content)
        done = call([*crema, "run", "--quiet", path], cwd=root)
        failed += check(f"a wrong archive: {want}", done.returncode not in (0, 139) and want in done.stderr.decode(), done.stderr.decode())
    return failed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("crema")
    parser.add_argument("--k6", default=shutil.which("k6"))
    options = parser.parse_args()
    programs = {"crema": [str(pathlib.Path(options.crema).resolve()), "load"]}
    if options.k6:
        programs["k6"] = [options.k6]
    with tempfile.TemporaryDirectory(prefix="crema-archive-") as folder:
        root = pathlib.Path(folder)
        failed = run_both_ways(programs, root)
        if options.k6:
            failed += same_form(programs, root)
        failed += home_is_hidden(programs["crema"], root) + refuses(programs["crema"], root)
    print(f"{failed} failed, with {' and '.join(programs)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
