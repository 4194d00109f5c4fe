"""`crema test --changed` on the history of a real Go repository: for each commit, a fault is put into the
code that it changed; every package whose tests then fail must be among those that --changed runs.
usage: changed_tests.py CREMA REPOSITORY [--commits 50] [--seed 1]

Prints a line for each commit and totals: failing packages, failing packages that were left out (must
be 0), and how many of the packages with tests ran.
"""
import argparse
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

FUNCTION = re.compile(r"^func .*\{$", re.MULTILINE)


def git(folder, *words):
    return subprocess.run(["git", "-C", folder, *words], check=True, capture_output=True, text=True).stdout


def put_fault(path, pick):
    """A panic at the beginning of one function of the file; false where there is none."""
    text = path.read_text()
    places = list(FUNCTION.finditer(text))
    if not places:
        return False
    end = pick.choice(places).end()
    path.write_text(text[:end] + "\n\tif len(\"fault\") > 0 {\n\t\tpanic(\"fault\")\n\t}" + text[end:])
    return True


def failing_packages(folder, environment):
    """What `go test` says of all packages."""
    run = subprocess.run(["go", "test", "-json", "./..."], cwd=folder, env=environment, check=False,
                         capture_output=True, text=True)
    failed, tested = set(), set()
    for line in run.stdout.splitlines():
        try:
            event = json.loads(line)
        except json.JSONDecodeError:
            continue
        if "Test" in event or "Package" not in event:
            continue
        if event["Action"] in ("pass", "fail"):
            tested.add(event["Package"])
        if event["Action"] == "fail":
            failed.add(event["Package"])
    return failed, tested


def fails_always(folder, package, environment):
    """Whether the package fails again and again: one that depends on a busy machine's clock does not,
    and no choice of tests can be blamed for it."""
    return all(subprocess.run(["go", "test", "-count=1", package], cwd=folder, env=environment, check=False,
                              capture_output=True).returncode for _ in range(3))


def changed_packages(crema, folder, environment):
    """Those that crema runs for the commit, whatever came of them."""
    run = subprocess.run([crema, "test", "unit", "--changed=HEAD~1", "--no-race", "--no-cover", "--no-shuffle",
                          "--format", "json"], cwd=folder, env=environment, check=False, capture_output=True,
                         text=True)
    if run.returncode not in (0, 1):
        raise RuntimeError(run.stderr)
    return {record["name"] for record in json.loads(run.stdout)["records"] if record["kind"] == "test_suite"}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("crema")
    parser.add_argument("repository")
    parser.add_argument("--commits", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    crema = os.path.abspath(options.crema)
    pick = random.Random(options.seed)
    environment = {**os.environ, "GOFLAGS": "-mod=mod", "GOWORK": "off"}
    folder = tempfile.mkdtemp(prefix="crema-changed-")
    commits = with_failures = failures = left_out = ran = all_packages = 0
    try:
        subprocess.run(["git", "clone", "-q", options.repository, folder], check=True)
        history = git(folder, "log", "--no-merges", "--format=%H", "-n", "600").split()
        for commit in history:
            if commits == options.commits:
                break
            changed = git(folder, "diff", "--name-only", f"{commit}~1", commit).splitlines()
            code = [name for name in changed if name.endswith(".go") and not name.endswith("_test.go")]
            if not code:
                continue
            git(folder, "checkout", "-q", "--force", commit)
            git(folder, "clean", "-qfdx", "-e", ".crema")
            faults = [name for name in code
                      if (path := pathlib.Path(folder, name)).exists() and put_fault(path, pick)]
            if not faults:
                continue
            failed, tested = failing_packages(folder, environment)
            chosen = changed_packages(crema, folder, environment)
            missed = {name for name in failed - chosen if fails_always(folder, name, environment)}
            commits += 1
            with_failures += bool(failed)
            failures += len(failed)
            left_out += len(missed)
            ran += len(chosen & tested)
            all_packages += len(tested)
            print(f"{commit[:10]}  {len(changed):3} files  {len(tested):3} packages  {len(chosen & tested):3} ran  "
                  f"{len(failed):3} failed  {', '.join(sorted(missed)) or 'none left out'}", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{commits} commits, {with_failures} with failing tests: {failures} failing packages, "
          f"{left_out} left out; {ran} of {all_packages} packages ran")
    return 1 if left_out else 0


if __name__ == "__main__":
    sys.exit(main())
