"""What `crema test unit` says of a repository of Go modules, beside `go test` and `go tool cover` themselves:
packages that passed, failed and have no tests, tests passed, failed and skipped, and coverage, by module.
usage: test_outcomes.py CREMA REPOSITORY [--race] [--module FOLDER...] [--timeout SECONDS]

Both run with the same flags, without shuffling; folders that are named are tested whole, also what is
called integration in them. Ends with 1 when a figure differs in a module.
"""
import argparse
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

FIGURES = ["ok", "failed", "no tests", "passed", "failed tests", "skipped", "coverage"]


def percent(covered, statements):
    return f"{100 * covered / statements:.2f}" if statements else "none"


def profile_total(path):
    """Of a profile as go wrote it: a block that stands twice counts once."""
    blocks = {}
    for line in path.read_text().splitlines()[1:]:
        place, statements, count = line.rsplit(" ", 2)
        known = blocks.get(place, (0, 0))
        blocks[place] = (int(statements), max(known[1], int(count)))
    return (sum(n for n, count in blocks.values() if count), sum(n for n, _ in blocks.values()))


def of_go(folder, flags):
    """What go says, counted from its own events; and what `go tool cover -func` prints as the total."""
    with tempfile.TemporaryDirectory() as scratch:
        profile = pathlib.Path(scratch, "cover.out")
        run = subprocess.run(["go", "test", "-json", "-covermode=atomic", f"-coverprofile={profile}", *flags, "./..."],
                             cwd=folder, check=False, capture_output=True, text=True)
        packages, tests, ok, running = {}, collections.Counter(), set(), set()
        for line in run.stdout.splitlines():
            try:
                event = json.loads(line)
            except json.JSONDecodeError:
                continue
            # With coverage, go lets packages without tests pass; "ok" is what it prints of the others.
            if event.get("Action") == "output" and event["Output"].startswith("ok  \t"):
                ok.add(event["Package"])
            # What began and never ended has failed, as gotestsum counts it too: go names no end of it.
            if event.get("Action") == "run":
                running.add((event["Package"], event["Test"]))
            if event.get("Action") not in ("pass", "fail", "skip") or "Package" not in event:
                continue
            if "Test" in event:
                tests[event["Action"]] += 1
                running.discard((event["Package"], event["Test"]))
            else:
                packages[event["Package"]] = event["Action"]
        counts = collections.Counter("skip" if action == "pass" and package not in ok else action
                                     for package, action in packages.items())
        covered, tool = "none", "none"
        if profile.exists() and profile.stat().st_size:
            covered = percent(*profile_total(profile))
            told = subprocess.run(["go", "tool", "cover", f"-func={profile}"], cwd=folder, check=False,
                                  capture_output=True, text=True).stdout
            tool = (re.findall(r"^total:.*?([\d.]+)%$", told, re.MULTILINE) or ["none"])[0]
        return {"ok": counts["pass"], "failed": counts["fail"], "no tests": counts["skip"], "passed": tests["pass"],
                "failed tests": tests["fail"] + len(running), "skipped": tests["skip"], "coverage": covered}, tool, run.stderr


def of_crema(crema, root, flags):
    run = subprocess.run([crema, "test", "unit", "--no-shuffle", "--format", "json", *flags], cwd=root, check=False,
                         capture_output=True, text=True)
    if run.returncode not in (0, 1):
        sys.exit(f"crema ended with {run.returncode}: {run.stderr}")
    return json.loads(run.stdout)["records"]


def by_module(records, modules):
    """The same figures from crema's evidence."""
    told = {module: collections.Counter() for module in modules}
    lines = {module: [0, 0] for module in modules}
    longest_first = sorted(modules, key=len, reverse=True)
    for record in records:
        if record["kind"] == "test_suite":
            figures = told[record.get("project", "")]
            figures[{"passed": "ok", "failed": "failed", "skipped": "no tests"}[record["outcome"]]] += 1
            for case in record.get("cases", []):
                figures[{"passed": "passed", "failed": "failed tests", "skipped": "skipped"}[case["outcome"]]] += 1
        if record["kind"] == "coverage":
            for file in record.get("files", []):
                module = next((m for m in longest_first if not m or file["path"].startswith(m + "/")), "")
                for _, _, _, _, statements, count in file.get("blocks", []):
                    lines[module][1] += statements
                    lines[module][0] += statements if count else 0
    return {module: {**{name: told[module][name] for name in FIGURES[:-1]}, "coverage": percent(*lines[module])}
            for module in modules}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("crema")
    parser.add_argument("repository", type=pathlib.Path)
    parser.add_argument("--race", action="store_true")
    parser.add_argument("--timeout", type=int, default=60, help="of each package: tests that need a network hang")
    parser.add_argument("--module", action="append", default=[])
    given = parser.parse_args()
    root = given.repository.resolve()
    paths = sorted(root.glob("**/go.mod"))
    modules = [str(path.parent.relative_to(root)).replace(".", "", 1) if path.parent == root
               else str(path.parent.relative_to(root)) for path in paths if "node_modules" not in path.parts]
    modules = [module for module in modules if not given.module or module in given.module]
    records = of_crema(os.path.abspath(given.crema), root,
                       [*(given.module or ["."]), "--race" if given.race else "--no-race", f"--timeout={given.timeout}s"])
    told = by_module(records, modules)
    differing = 0
    print(f"{'module':<44}" + "".join(f"{name:>14}" for name in FIGURES) + f"{'cover -func':>14}")
    for module in modules:
        go, tool, said = of_go(root / module, [f"-timeout={given.timeout}s", *(["-race"] if given.race else [])])
        cells = []
        for name in FIGURES:
            same = go[name] == told[module][name]
            differing += not same
            cells.append(f"{go[name]}" if same else f"{told[module][name]} != {go[name]}")
        print(f"{module or '.':<44}" + "".join(f"{cell:>14}" for cell in cells) + f"{tool:>14}", flush=True)
        if not any(go[name] for name in FIGURES[:6]):
            print("    go: " + " / ".join(said.strip().splitlines()[:2]))
    print(f"{len(modules)} modules, {differing} figures differ")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
