"""`crema test` beside `go test` and gotestsum on one suite: what it costs to watch and keep tests, and how
evenly shards divide them. `./dev bench test [--repository FOLDER] [--runs N] [--shards N]`

Without a repository, one is made: 24 packages whose 30 tests each work or wait for a few milliseconds.
The programs run in turn (A B C A B C ...); the table shows medians and ratios to `go test -json`.
Outcomes are compared too: who counts other tests than go's own events is an error.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
CREMA = ROOT / "build/release/bin/crema"
GOTESTSUM = "gotest.tools/gotestsum@v1.13.0"

TESTS = """package p{0}

import ("crypto/sha256"; "testing"; "time")

func work(t *testing.T, rounds int) {{
	sum := [32]byte{{}}
	for i := 0; i < rounds; i++ {{
		sum = sha256.Sum256(sum[:])
	}}
	t.Logf("%x", sum)
	time.Sleep(time.Duration(rounds%7) * time.Millisecond)
}}
"""


def make_repository(folder):
    for package in range(24):
        text = TESTS.format(package)
        for test in range(30):
            text += f"\nfunc TestCase{test}(t *testing.T) {{ work(t, {(package * 7919 + test * 104729) % 90000}) }}\n"
        path = folder / f"p{package}" / "p_test.go"
        path.parent.mkdir(parents=True)
        path.write_text(text)
    (folder / "go.mod").write_text("module example.org/suite\n\ngo 1.21\n")
    git = ["git", "-c", "user.name=bench", "-c", "user.email=b@example.org"]
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "suite"]):
        subprocess.run([*git, *words], cwd=folder, check=True)


def gotestsum():
    installed = shutil.which("gotestsum")
    if installed:
        return installed
    folder = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "crema/gotestsum"
    if not (folder / "gotestsum").exists():
        subprocess.run(["go", "install", GOTESTSUM], check=True, env={**os.environ, "GOBIN": str(folder)})
    return str(folder / "gotestsum")


def timed(command, folder):
    with tempfile.TemporaryFile("w+") as output:
        begin = time.monotonic()
        done = subprocess.run(command, cwd=folder, check=False, text=True, stdout=output,
                              stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        took = time.monotonic() - begin
        output.seek(0)
        return took, output.read(), done.returncode


def count_events(text):
    counts = {"pass": 0, "fail": 0, "skip": 0}
    for line in text.splitlines():
        event = json.loads(line) if line.startswith("{") else {}
        if "Test" in event and event["Action"] in counts:
            counts[event["Action"]] += 1
    return counts


def count_crema(text):
    words = {"passed": "pass", "failed": "fail", "skipped": "skip"}
    counts = {"pass": 0, "fail": 0, "skip": 0}
    totals = re.search(r"\d+ tests?: (.*)", text)
    for number, word in re.findall(r"(\d+) (passed|failed|skipped)", totals[1] if totals else ""):
        counts[words[word]] = int(number)
    return counts


def compare(folder, runs):
    flags = ["-shuffle=on", "-timeout=600s"]
    programs = {
        "go test -json": ["go", "test", "-json", *flags, "./..."],
        "gotestsum": [gotestsum(), "--format", "pkgname", "--", *flags, "./..."],
        "crema test": [str(CREMA), "test", "unit", "--no-race", "--no-cover"],
    }
    times = {name: [] for name in programs}
    told = {}
    for round_number in range(runs + 1):  # the first one compiles
        for name, command in programs.items():
            took, text, code = timed(command, folder)
            if code not in (0, 1):
                sys.exit(f"{name} ended with {code}:\n{text[-2000:]}")
            if name != "gotestsum":
                told[name] = count_events(text) if name == "go test -json" else count_crema(text)
            if round_number:
                times[name].append(took)
    base = statistics.median(times["go test -json"])
    print(f"{'':<16}{'median':>10}{'least':>10}{'ratio':>9}")
    for name, all_times in times.items():
        median = statistics.median(all_times)
        print(f"{name:<16}{median:>8.2f} s{min(all_times):>8.2f} s{median / base:>9.3f}")
    print(f"tests: {told['go test -json']}")
    if told["crema test"] != told["go test -json"]:
        sys.exit(f"crema counts {told['crema test']}")


def divide(folder, shards):
    """Every shard alone, as on machines of their own, by the times that the runs before recorded."""
    times = []
    cases = 0
    for index in range(1, shards + 1):
        took, text, code = timed([str(CREMA), "test", "unit", "--no-race", "--no-cover", f"--shard={index}/{shards}"], folder)
        if code not in (0, 1):
            sys.exit(f"shard {index} ended with {code}:\n{text[-2000:]}")
        times.append(took)
        cases += sum(count_crema(text).values())
    spread = (max(times) - min(times)) / max(times)
    print(f"{shards} shards: " + ", ".join(f"{took:.2f} s" for took in times) +
          f"; the longest and the shortest differ by {100 * spread:.1f} %; {cases} tests in all")
    return spread


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--repository", type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--shards", type=int, default=4)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="crema-bench-") as made:
        folder = pathlib.Path(made, "suite")
        if given.repository:
            subprocess.run(["git", "clone", "-q", given.repository.resolve(), folder], check=True)
        else:
            folder.mkdir()
            make_repository(folder)
        compare(folder, given.runs)
        divide(folder, given.shards)


if __name__ == "__main__":
    main()
