"""Runs the workflow folders of act's own test data on crema's host executor and compares outcomes
with what act's table expects: `./dev bench act_outcomes FOLDER`, FOLDER being act's
pkg/runner/testdata. Each folder is copied into a fresh git repository."""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
# case -> (workflow file or folder, options)
PASS = """shells/sh shells/bash shells/python shells/defaults local-action-js uses-composite
act-composite-env-test evalmatrix evalmatrixneeds evalmatrixneeds2 evalmatrix-merge-map
evalmatrix-merge-array issue-1195 runs-on checkout matrix matrix-include-exclude commands
composite-fail-with-output if-env-act env-and-path outputs steps-context/conclusion
steps-context/outcome evalenv nix-prepend-path inputs-via-env-context
do-not-leak-step-env-in-composite set-env-step-env-override set-env-new-env-file-per-step""".split()
# case -> what its log must say: a case that fails for another reason is no success.
FAIL = {
    "uses-composite-with-error": "exit code 1",
    "non-existent-action": "there is no action.yml",
    "job-status-check": "suc2",
    "if-expressions": "expected to run",
    "ensure-post-steps": "exit code 1",
    "no-panic-on-invalid-composite-action": "local-missing-steps",
}
OPTIONS = {"if-env-act": ["--env", "ACT=true"]}
for shell in ("sh", "bash", "python", "defaults"):  # their third job is in a container
    OPTIONS["shells/" + shell] = ["--job", "check"]
    if shell != "defaults":
        OPTIONS["shells/" + shell] += ["--job", "check-job-default"]


def run_case(crema: str, testdata: pathlib.Path, case: str) -> tuple[int, str]:
    folder = tempfile.mkdtemp(prefix="crema-act-")
    try:
        # Local actions are named relative to the repository: ./name or ./pkg/runner/testdata/name.
        shutil.copytree(testdata, pathlib.Path(folder, "testdata"), symlinks=True,
                        ignore=shutil.ignore_patterns("node_modules"))
        source = pathlib.Path(folder, "testdata")
        root = pathlib.Path(folder, "repository")
        root.mkdir()
        for entry in source.iterdir():
            shutil.move(str(entry), root / entry.name)
        git = ["git", "-C", str(root), "-c", "user.name=t", "-c", "user.email=t@example.org"]
        subprocess.run([*git, "init", "-q", "-b", "master"], check=True)
        subprocess.run([*git, "remote", "add", "origin", "https://example.org/nektos/act"], check=True)
        subprocess.run([*git, "add", "-A", "-f"], check=True)
        subprocess.run([*git, "commit", "-qm", "act"], check=True)
        files = sorted(str(p.relative_to(root)) for p in (root / case).glob("*.y*ml")
                       if p.name not in ("action.yml", "action.yaml"))
        done = subprocess.run([crema, "run", "--lenient", "--event", "push", "--actor", "nektos/act",
                               *OPTIONS.get(case, []), *files],
                              cwd=root, text=True, errors="replace", stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, check=False)
        return done.returncode, done.stdout
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("testdata", type=pathlib.Path)
    parser.add_argument("--crema", default=str(ROOT / "build/release/bin/crema"))
    parser.add_argument("--only")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    crema, right = os.path.abspath(options.crema), {0: 0, 1: 0}
    for wanted, cases in ((0, PASS), (1, FAIL)):
        for case in cases:
            if options.only and options.only != case:
                continue
            code, text = run_case(crema, options.testdata, case)
            good = code == wanted and (wanted == 0 or FAIL[case] in text)
            right[wanted] += good
            print(f"{'ok ' if good else 'BAD'} {case}: exit {code}")
            if options.verbose or not good:
                print("    " + "\n    ".join(text.rstrip().split("\n")[-25:]))
    print(f"act: {right[0]} of {len(PASS)} pass, {right[1]} of {len(FAIL)} fail as they should")
    return 0 if right == {0: len(PASS), 1: len(FAIL)} else 1


if __name__ == "__main__":
    sys.exit(main())
