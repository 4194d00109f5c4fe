"""`crema scan` on input that is made to break it: bounded in time and memory, said to be not scanned, nothing else lost.

usage: scan_bad_input_test.py CREMA
"""
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

FAILURES: list[str] = []
PRIVILEGED = """apiVersion: v1
kind: Pod
metadata: {name: a, namespace: shop}
spec:
  containers:
    - name: a
      image: example.org/a:1
      securityContext: {privileged: true}
"""


def check(fine: bool, text: str) -> None:
    print(f"{'ok' if fine else 'FAILED':<7}{text}", flush=True)
    if not fine:
        FAILURES.append(text)


def laughs() -> str:
    text = "apiVersion: v1\nkind: List\na0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
    for level in range(1, 12):
        text += f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n"
    return text


def deep_json() -> str:
    return '{"apiVersion": "v1", "kind": "Pod", "spec": ' + "[" * 10_000 + "]" * 10_000 + "}"


def deep_yaml() -> str:
    return "apiVersion: v1\nkind: Pod\nspec:\n" + "".join(" " * level + "a:\n" for level in range(1, 3_000))


# The name of a file, what is in it, and whether it cannot be scanned.
CASES: list[tuple[str, bytes, bool]] = [
    ("large.yaml", b"", True),  # written below, 50 MB
    ("laughs.yaml", laughs().encode(), True),
    ("deep.json", deep_json().encode(), True),
    ("deep.yaml", deep_yaml().encode(), True),
    ("cycle.yaml", b"apiVersion: v1\nkind: Pod\nspec: &a\n  containers: *a\n", True),
    ("bytes.yaml", b"apiVersion: v1\nkind: Pod\nmetadata: {name: \xff\xfe\x80}\n", False),
    ("Dockerfile", b"FROM alpine\nRUN [\"" + b"a" * 100_000 + b"\nRUN \\\n" * 2_000, False),
    ("go.mod", b"module a\nrequire (\n" + b"x y z (((\n" * 1_000, True),
    ("package-lock.json", b'{"lockfileVersion": 3, "packages": ' + b"[" * 5_000, True),
    (".github/workflows/a.yml", b"on: push\njobs:\n  a:\n    steps: &s\n      - run: a\n      - *s\n", True),
    ("empty.yaml", b"", False),
    ("zero.yaml", b"\0" * 1_000_000, False),
]


def scan(program: str, folder: pathlib.Path, *words: str) -> tuple[dict, int, float, int]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("GITHUB_", "CREMA_"))}
    environment |= {"HOME": str(folder.parent), "CREMA_FINGERPRINT_KEY": "a key"}
    begin = time.monotonic()
    process = subprocess.Popen([program, "scan", "--format", "json", "--no-keep", *words], cwd=folder,
                               env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    output, problems = process.communicate(timeout=300)
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    taken = time.monotonic() - begin
    try:
        return json.loads(output), process.returncode, taken, usage.ru_maxrss // 1024
    except ValueError:
        print(output[-2000:], problems[-2000:])
        raise


def main() -> int:
    program = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory(prefix="crema-bad-") as scratch:
        folder = pathlib.Path(scratch) / "tree"
        folder.mkdir()
        (folder / "good.yaml").write_text(PRIVILEGED)
        answer, code, _, _ = scan(program, folder)
        rules = {one["rule"] for one in answer["findings"]}
        check("CRM-K8S-001" in rules and code == 1 and not answer["notScanned"], "what is good is scanned and judged")
        for name, content, broken in CASES:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if name == "large.yaml":
                with path.open("w") as file:
                    file.write("apiVersion: v1\nkind: ConfigMap\ndata:\n")
                    for line in range(1_000_000):
                        file.write(f"  key{line:07}: a value, number {line:07} of many\n")
            else:
                path.write_bytes(content)
            answer, code, taken, peak = scan(program, folder)
            left_out = [one for one in answer["notScanned"] if one["path"] == name]
            kept = "CRM-K8S-001" in {one["rule"] for one in answer["findings"]}
            said = bool(left_out) == broken and (code == 3) == broken
            check(said and kept and taken < 60 and peak < 2_000,
                  f"{name}: exit {code}, {taken:.1f} s, {peak} MiB at most so far, "
                  f"{left_out[0]['reason'][:90] if left_out else 'scanned'}")
            path.unlink()
        links_and_cache(program, folder)
    print(f"{len(FAILURES)} failed" if FAILURES else "all passed")
    return 1 if FAILURES else 0


def links_and_cache(program: str, folder: pathlib.Path) -> None:
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.yaml")
    answer, code, taken, _ = scan(program, folder)
    check(code == 1 and taken < 30 and not answer["notScanned"], "links in a circle and pipes are not followed")
    (folder / "loop").unlink()
    (folder / "pipe.yaml").unlink()
    cache = folder / ".crema/cache/scan/results"
    cache.write_bytes(cache.read_bytes()[:-100] + os.urandom(100))
    answer, code, _, _ = scan(program, folder)
    check(code == 1 and answer["findings"], "a damaged cache costs time, nothing else")


if __name__ == "__main__":
    sys.exit(main())
