"""crema's workflow engine beside bare bash and act: `./dev bench pipeline [--runs N] [--quick]`.

Each case is a generated workflow in a fresh git repository. crema and its peers run in turn (A B A
B ...), so that a machine whose speed drifts slows all of them alike; the table shows medians and
ratios. Outcomes are compared too: a run that did not do the work is an error, not a fast run.
"""
import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
CREMA = ROOT / "build/release/bin/crema"


class Repository:
    """A git repository with one workflow, removed at the end."""

    def __init__(self, workflow: str):
        self.path = tempfile.mkdtemp(prefix="crema-bench-")
        folder = pathlib.Path(self.path, ".github/workflows")
        folder.mkdir(parents=True)
        (folder / "bench.yml").write_text(workflow)
        git = ["git", "-C", self.path, "-c", "user.name=bench", "-c", "user.email=b@example.org"]
        subprocess.run([*git, "init", "-q", "-b", "main"], check=True)
        subprocess.run([*git, "add", "-A"], check=True)
        subprocess.run([*git, "commit", "-qm", "bench"], check=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


def timed(command: list[str], folder: str, expect: str | None, count: int) -> tuple[float, float]:
    """Seconds and peak MiB of a command; fails unless its output has `expect` `count` times."""
    with tempfile.TemporaryFile() as output:
        begin = time.monotonic()
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT,
                                   stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    if process.returncode != 0:
        sys.exit(f"{command[0]} ended with {process.returncode}:\n{text[-2000:].decode(errors='replace')}")
    if expect is not None and text.count(expect.encode()) < count:
        sys.exit(f"{command[0]} printed '{expect}' {text.count(expect.encode())} times, not {count}")
    return seconds, usage.ru_maxrss / 1024


def chained(jobs: int, steps: int) -> str:
    text = "on: push\njobs:\n"
    for job in range(jobs):
        text += f"  j{job}:\n    runs-on: ubuntu-latest\n"
        if job:
            text += f"    needs: j{job - 1}\n"
        text += "    steps:\n" + "      - run: echo tick\n" * steps
    return text


def matrix(legs: int) -> str:
    side = int(legs**0.5)
    values = ", ".join(str(i) for i in range(side))
    return (f"on: push\njobs:\n  leg:\n    runs-on: ubuntu-latest\n    strategy:\n      matrix:\n"
            f"        a: [{values}]\n        b: [{values}]\n    steps:\n"
            "      - run: echo tick ${{ matrix.a }} ${{ matrix.b }}\n")


def many_lines(lines: int) -> str:
    return ("on: push\njobs:\n  talk:\n    runs-on: ubuntu-latest\n    steps:\n"
            "      - run: for i in $(seq 50); do echo \"::add-mask::secret-value-$i-$i$i$i\"; done\n"
            f"      - run: seq -f 'line %.0f of the log, with secret-value-7-777 in it' {lines}\n")


def measure(name: str, workflow: str, peers: dict, runs: int, expect: str | None, count: int) -> list:
    rows: dict[str, list] = {}
    with Repository(workflow) as repository:
        commands = {"crema": [str(CREMA), "run", "--event", "push"]}
        commands |= {peer: command(repository.path) for peer, command in peers.items()}
        for turn in range(runs + 1):
            for who, command in commands.items():
                seconds, memory = timed(command, repository.path, expect, count)
                if turn:  # the first turn warms caches
                    rows.setdefault(who, []).append((seconds, memory))
    table = []
    for who, figures in rows.items():
        seconds = statistics.median(s for s, _ in figures)
        ratio = statistics.median(a[0] / b[0] for a, b in zip(rows["crema"], figures))
        table.append((name, who, seconds, max(m for _, m in figures), ratio))
    return table


def bare_bash(steps: int):
    """The floor: the same number of bash processes on script files, with nothing around them."""
    script = ("f=$(mktemp); echo 'echo tick' > $f; "
              f"for i in $(seq {steps}); do bash --noprofile --norc -e -o pipefail $f; done; rm $f")
    return lambda folder: ["bash", "-c", script]


def act(folder: str) -> list[str]:
    return [shutil.which("act"), "-C", folder, "push", "-P", "ubuntu-latest=-self-hosted"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="smaller cases, for a first look")
    options = parser.parse_args()
    shrink = 10 if options.quick else 1
    with_act = {"act": act} if shutil.which("act") else {}
    if not with_act:
        print("act is not on PATH: its column is left out")
    lines = 1_000_000 // shrink
    table = []
    table += measure("200 steps in 4 chained jobs", chained(4, 50), {"bash": bare_bash(200)} | with_act,
                     options.runs, "tick", 200)
    table += measure("1,000 steps in 1 job", chained(1, 1000 // shrink), {"bash": bare_bash(1000 // shrink)},
                     options.runs, "tick", 1000 // shrink)
    table += measure("256-leg matrix", matrix(256), {"bash": bare_bash(256)}, options.runs, "tick", 256)
    table += measure(f"{lines:,} log lines, 50 secrets", many_lines(lines), {}, 2, "***", lines)
    print(f"{'case':34} {'who':6} {'seconds':>8} {'peak MiB':>9} {'crema/it':>9}")
    for name, who, seconds, memory, ratio in table:
        print(f"{name:34} {who:6} {seconds:8.3f} {memory:9.1f} {ratio:9.2f}")


if __name__ == "__main__":
    main()
