"""Tests that behave badly end as the right kind of failure, within their time, and leave nothing
running: one that never ends, one that leaves a server behind, one that prints without end, one that
panics before any test. usage: bad_suites_test.py CREMA [--megabytes N]
"""
import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

SUITES = {
    "hangs/hangs_test.go": """package hangs

import ("testing"; "time")

func TestFine(t *testing.T) {}
func TestHangs(t *testing.T) { time.Sleep(time.Hour) }
""",
    "leaves/leaves_test.go": """package leaves

import ("os/exec"; "testing")

func TestLeaves(t *testing.T) {
	server := exec.Command("setsid", "-f", "sh", "-c", "exec -a crema-bad-server sleep 300")
	if err := server.Run(); err != nil {
		t.Fatal(err)
	}
}
""",
    "prints/prints_test.go": """package prints

import ("bytes"; "os"; "strconv"; "testing")

func TestPrints(t *testing.T) {
	megabytes, _ := strconv.Atoi(os.Getenv("MEGABYTES"))
	line := bytes.Repeat([]byte("coffee "), 9)
	line = append(line, '\\n')
	block := bytes.Repeat(line, 1<<20/len(line))
	for i := 0; i < megabytes; i++ {
		os.Stdout.Write(block)
	}
	t.Error("wrong in the end")
}
""",
    "panics/panics.go": """package panics

import "os"

func init() {
	if os.Getenv("BAD") != "" {
		panic("no configuration")
	}
}
""",
    "panics/panics_test.go": "package panics\n\nimport \"testing\"\n\nfunc TestNever(t *testing.T) {}\n",
    "broken/broken_test.go": "package broken\n\nimport \"testing\"\n\nfunc TestBroken(t *testing.T) { x }\n",
    "exits/exits_test.go": """package exits

import ("os"; "testing")

func TestExits(t *testing.T) { os.Exit(0) }
""",
    "go.mod": "module example.org/bad\n\ngo 1.20\n",
}

# package -> (outcome, the kind of the suite or of its failed case, what is said)
WANTED = {
    "hangs": ("failed", "timeout", "TestHangs"),
    "leaves": ("passed", "none", ""),
    "prints": ("failed", "assertion", "wrong in the end"),
    "panics": ("failed", ("setup", "panic"), "no configuration"),
    "broken": ("failed", "build", "undefined: x"),
    "exits": ("failed", ("crash", "panic"), ""),
}


def alive(word: bytes) -> list[int]:
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            if word in pathlib.Path("/proc", entry, "cmdline").read_bytes():
                found.append(int(entry))
        except OSError:
            pass
    return found


def check(suite: dict, wanted: tuple) -> str:
    outcome, kinds, said = wanted
    if suite["outcome"] != outcome:
        return f"outcome is {suite['outcome']}, not {outcome}"
    kinds = (kinds,) if isinstance(kinds, str) else kinds
    failed = [case for case in suite.get("cases", []) if case["outcome"] == "failed"]
    found = [suite.get("kind_of_failure", "none")] + [case.get("kind", "none") for case in failed]
    if not set(kinds) & set(found):
        return f"kinds are {found}, not {kinds}"
    text = json.dumps(suite)
    if said not in text:
        return f"{said!r} is not said in {text[:2000]}"
    if len(text) > 400_000:
        return f"{len(text)} bytes were kept"
    return ""


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("crema")
    parser.add_argument("--megabytes", type=int, default=50)
    options = parser.parse_args()
    problems = []
    with tempfile.TemporaryDirectory(prefix="crema-bad-") as folder:
        for name, text in SUITES.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        begin = time.monotonic()
        run = subprocess.run([os.path.abspath(options.crema), "test", "unit", "--no-race", "--no-cover",
                              "--timeout", f"{35 + options.megabytes // 15}s", "--format", "json"], cwd=folder, text=True,
                             env={**os.environ, "BAD": "1", "MEGABYTES": str(options.megabytes)},
                             stdin=subprocess.DEVNULL, capture_output=True, check=False)
        took = time.monotonic() - begin
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        if run.returncode != 1:
            print(run.stdout[-2000:], run.stderr[-2000:])
            problems.append(f"crema test ended with {run.returncode}")
        left = alive(b"crema-bad-server")
        if left:
            problems.append(f"still alive: {left}")
        suites = {record["name"].rsplit("/", 1)[-1]: record
                  for record in json.loads(run.stdout or "{\"records\": []}")["records"]
                  if record["kind"] == "test_suite"}
        for name, wanted in WANTED.items():
            problem = check(suites[name], wanted) if name in suites else "is not told of"
            if problem:
                problems.append(f"{name}: {problem}")
    for problem in problems:
        print(problem)
    print(f"{len(WANTED)} bad suites in {took:.1f} s, {memory} MiB at most")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
