"""kill -9 of crema at random instants of a run: nothing recorded is lost, nothing stays alive, and
`crema resume` finishes the run. usage: kill_test.py CREMA [--rounds N] [--seed N] [--demo]

Without --demo the workflow is a small one made for this test (services, daemons, parallel jobs);
with --demo it is examples/gocoffee's pipeline.
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

WORKFLOW = """\
on: push
jobs:
  first:
    runs-on: ubuntu-latest
    outputs:
      word: ${{ steps.make.outputs.word }}
    steps:
      - run: echo begin; echo "KEPT=kept-value" >> "$GITHUB_ENV"
      - id: make
        run: echo "word=coffee" >> "$GITHUB_OUTPUT"
      - run: setsid -f sleep 300; (trap '' INT TERM; sleep 300) & disown
      - run: for i in 1 2 3 4 5 6; do echo "line $i"; sleep 0.05; done
      - run: test "$KEPT" = kept-value
  side:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        n: [1, 2, 3]
    steps:
      - run: sleep 0.2; echo side ${{ matrix.n }} > out.txt
      - run: cat out.txt; sleep 0.1
  last:
    needs: [first, side]
    runs-on: ubuntu-latest
    steps:
      - run: test '${{ needs.first.outputs.word }}' = coffee
"""


def make_repository(folder: str) -> None:
    target = pathlib.Path(folder, ".github/workflows")
    target.mkdir(parents=True)
    (target / "ci.yml").write_text(WORKFLOW)


def copy_demo(folder: str) -> None:
    shutil.copytree(ROOT / "examples/gocoffee", folder, dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns(".crema", "node_modules"))


def commit(folder: str) -> None:
    git = ["git", "-C", folder, "-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run([*git, "init", "-q", "-b", "main"], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-qm", "test"], check=True)


def processes_of(folder: str) -> list[int]:
    """Processes that live in the repository's store: by working folder or environment."""
    store = os.path.join(os.path.realpath(folder), ".crema").encode()
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        try:
            with open(f"/proc/{entry}/environ", "rb") as file:
                environment = file.read()
            cwd = os.readlink(f"/proc/{entry}/cwd").encode()
            with open(f"/proc/{entry}/stat", "rb") as file:
                zombie = b") Z " in file.read()
        except OSError:
            continue
        if not zombie and (store in environment or cwd.startswith(store)):
            found.append(int(entry))
    return found


def crema_json(crema: str, folder: str, *arguments: str):
    done = subprocess.run([crema, *arguments, "--format", "json"], cwd=folder, capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"crema {' '.join(arguments)} failed: {done.stderr}{done.stdout}")
    return json.loads(done.stdout)


def check_recorded(folder: str, number: int, shown: dict, told: list[dict]) -> None:
    """What crema had told before it was killed is in its store."""
    steps = {(job["index"], step["index"]): step for job in shown["jobs"] for step in job["steps"]}
    lines: dict[tuple[int, int], int] = {}
    for event in told:
        place = (event.get("job"), event.get("step"))
        if event["event"] in ("step-started", "step-finished"):
            assert place in steps, f"step {place} is not recorded"
        if event["event"] == "step-finished":
            assert steps[place].get("conclusion") == event["conclusion"], f"the end of step {place}"
        if event["event"] == "log":
            lines[place] = lines.get(place, 0) + 1
    for (job, step), count in lines.items():
        log = pathlib.Path(folder, ".crema/logs", str(number), str(job), f"{step}.log")
        kept = log.read_bytes().count(b"\n") if log.exists() else 0
        assert kept >= count, f"{kept} of {count} lines of step {(job, step)} are recorded"


def one_round(crema: str, folder: str, delay: float) -> str:
    with tempfile.TemporaryFile() as output:
        run = subprocess.Popen([crema, "run", "--event", "push", "--format", "json"], cwd=folder,
                               stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        time.sleep(delay)
        ended = run.poll() is not None
        run.send_signal(signal.SIGKILL)
        run.wait()
        output.seek(0)
        told = [json.loads(line) for line in output.read().split(b"\n")[:-1] if line.startswith(b"{")]
    deadline = time.monotonic() + 5
    while processes_of(folder) and time.monotonic() < deadline:
        time.sleep(0.02)
    left = processes_of(folder)
    assert not left, f"alive 5 s after kill -9: {left}"
    if ended:
        return "had ended"
    runs = crema_json(crema, folder, "list")
    runs = runs["runs"] if isinstance(runs, dict) else runs
    if not runs:
        return "before the run was recorded"
    newest = runs[0]
    assert newest["state"] in ("interrupted", "success"), f"state is {newest['state']}"
    if newest["state"] == "success":
        return "after the run was recorded as ended"
    shown = crema_json(crema, folder, "show", str(newest["number"]))
    check_recorded(folder, newest["number"], shown, told)
    resumed = subprocess.run([crema, "resume", str(newest["number"])], cwd=folder, text=True,
                             stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert resumed.returncode == 0, f"resume ended with {resumed.returncode}:\n{resumed.stdout}{resumed.stderr}"
    shown = crema_json(crema, folder, "show", str(newest["number"]))
    assert shown["state"] == "success", f"after resume the run is {shown['state']}"
    return "interrupted and resumed"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("crema")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--demo", action="store_true")
    options = parser.parse_args()
    crema = os.path.abspath(options.crema)
    folder = tempfile.mkdtemp(prefix="crema-kill-")
    try:
        (copy_demo if options.demo else make_repository)(folder)
        commit(folder)
        for _ in ("to fill the caches of tools", "to see how long a run takes"):
            begin = time.monotonic()
            whole = subprocess.run([crema, "run", "--event", "push"], cwd=folder, check=False, text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            length = time.monotonic() - begin
            if whole.returncode != 0:
                print(f"a run that nobody killed ended with {whole.returncode}:\n{whole.stdout}")
                return 1
        pick = random.Random(options.seed)
        counts: dict[str, int] = {}
        for number in range(options.rounds):
            delay = pick.uniform(0, length)
            try:
                outcome = one_round(crema, folder, delay)
            except AssertionError as problem:
                print(f"round {number}, killed after {delay:.3f} s: {problem}")
                return 1
            counts[outcome] = counts.get(outcome, 0) + 1
        for outcome, count in sorted(counts.items()):
            print(f"{count:4} {outcome}")
        print(f"{options.rounds} passed, 0 failed")
        return 0
    finally:
        subprocess.run(["chmod", "-R", "u+w", folder], check=False)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
