"""Scripts of tests/data/load/scripts with what must come of them: exit code, texts, counts.

usage: load_test.py CREMA [--k6 PROGRAM] [NAME...]: with k6 (or where one is on the PATH) every
expectation is held against it too, so that it is k6's own.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import load_server

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent / "data/load/scripts"
WITHIN = 30


def facts_of(path: pathlib.Path) -> dict:
    return json.loads(path.read_text()).get("metrics", {}) if path.exists() else {}


def differences(case: dict, done: subprocess.CompletedProcess, took: float, metrics: dict) -> list[str]:
    """What is not as the case says, one line each."""
    found = []
    if done.returncode != case["exit"]:
        found.append(f"exit {done.returncode}, want {case['exit']}")
    if took > case.get("within", WITHIN):
        found.append(f"took {took:.1f} s, want at most {case.get('within', WITHIN)}")
    for stream in ("stdout", "stderr"):
        text = getattr(done, stream)
        found += [f"no {want!r} on {stream}" for want in case.get(stream, []) if want not in text]
        found += [f"{bad!r} on {stream}" for bad in case.get(f"not_{stream}", []) if bad in text]
    for name, wanted in case.get("metrics", {}).items():
        have = metrics.get(name)
        if have is None:
            found.append(f"no metric {name}")
            continue
        for key, value in wanted.items():
            if key == "between":
                if not value[0] <= have["count"] <= value[1]:
                    found.append(f"{name}: {have['count']}, want {value[0]} to {value[1]}")
            elif key == "least":
                found += [f"{name}.{part}: {have.get(part)}, want {low} at least" for part, low in value.items()
                          if have.get(part, 0) < low]
            elif have.get(key) != value:
                found.append(f"{name}.{key}: {have.get(key)}, want {value}")
    return found


def run(program: list[str], script: pathlib.Path, case: dict, base: str) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="crema-load-") as folder:
        export = pathlib.Path(folder) / "summary.json"
        words = [*program, "run", "--quiet", "--summary-export", str(export), "-e", f"BASE={base}",
                 *case.get("arguments", []), str(script)]
        environment = {**os.environ, "K6_NO_USAGE_REPORT": "true", **case.get("environment", {})}
        environment.pop("CREMA_EVIDENCE", None)
        begin = time.monotonic()
        try:
            done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True,
                                  timeout=90, check=False)
        except subprocess.TimeoutExpired:
            return ["does not end"]
        found = differences(case, done, time.monotonic() - begin, facts_of(export))
        return found + [done.stderr[-1500:]] if found else []


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("crema")
    parser.add_argument("--k6", default=shutil.which("k6"))
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    base = load_server.start()
    programs = {"crema": [str(pathlib.Path(options.crema).resolve()), "load"]}
    if options.k6:
        programs["k6"] = [options.k6]
    failed = 0
    cases = sorted(path for path in SCRIPTS.glob("*.json") if path.with_suffix(".js").exists())
    cases = [path for path in cases if not options.names or path.stem in options.names]

    def all_of(path: pathlib.Path) -> list[tuple[str, list[str]]]:
        case = json.loads(path.read_text())
        return [(name, run(program, path.with_suffix(".js"), case, base)) for name, program in programs.items()
                if not (name == "k6" and case.get("crema_only"))]

    # Most of them sleep most of the time.
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for path, results in zip(cases, pool.map(all_of, cases)):
            for name, found in results:
                failed += bool(found)
                print(f"{'FAILED' if found else 'ok':<7}{name:<6} {path.stem}", *found, sep="\n        " if found else "")
    print(f"{len(cases)} scripts, {failed} failed, with {' and '.join(programs)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
