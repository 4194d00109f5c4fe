"""What crema load measures, held against what is known: `./dev bench load_truth [PART ...]`.

arrivals   20,000 iterations a second for a minute: when each came to the server, against the schedule
stall      a server that stands still for 1 s in every 10 s: percentiles against those of theory
soak       ten million requests: how the memory grows
pairs      runs of 30 s at 1,000 requests a second: of one server, and of one that is 10 % slower

The generator is pinned to one core and the server (load_server.cc) to another one. k6 is looked for
on the PATH and in --k6. The machine should have nothing else to do.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = ROOT / "build/release/bin"
FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="crema-truth-"))

ARRIVALS = """import http from 'k6/http'; import exec from 'k6/execution';
export const options = { summaryTrendStats: ['med', 'p(95)', 'p(99)', 'max'], scenarios: { s: {
  executor: 'constant-arrival-rate', rate: %(rate)d, timeUnit: '1s', duration: '%(seconds)ds',
  preAllocatedVUs: %(users)d, maxVUs: %(users)d } } };
export default function () { http.get(`${__ENV.URL}/${exec.scenario.iterationInTest}`, { tags: { name: 'all' } }); }
"""
SOAK = """import http from 'k6/http'; import { check } from 'k6';
export const options = { scenarios: { s: { executor: 'shared-iterations', vus: 64, iterations: %d, maxDuration: '1h' } } };
export default function () { const r = http.get(__ENV.URL); check(r, { ok: (r) => r.status === 200 }); }
"""


class Server:
    """load_server on a core, ended by `stop`."""

    def __init__(self, core: int, *words: str):
        self.process = subprocess.Popen(["taskset", "-c", str(core), str(BIN / "load_server"), *words],
                                        stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}"

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(60) != 0:
            sys.exit("load_server failed")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()


def start(program: str, core: int, script: str, url: str, *words: str) -> tuple[subprocess.Popen, pathlib.Path]:
    """A run of crema, or of the k6 at this path; and where its summary will be."""
    folder = pathlib.Path(tempfile.mkdtemp(dir=FOLDER))
    (folder / "script.js").write_text(script)
    command = [program, "load"] if program == str(BIN / "crema") else [program]
    process = subprocess.Popen(["taskset", "-c", str(core), *command, "run", "-q", "--summary-export", folder / "summary.json",
                                "-e", f"URL={url}", *words, folder / "script.js"],
                               env={**os.environ, "K6_NO_USAGE_REPORT": "true", "CREMA_HOME": str(folder / "home")},
                               cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return process, folder / "summary.json"


def finish(process: subprocess.Popen, summary: pathlib.Path) -> tuple[dict, str]:
    text = process.communicate(timeout=900)[0]
    if process.returncode != 0:
        sys.exit(f"the run ended with {process.returncode}:\n{text[-3000:]}")
    return json.loads(summary.read_text())["metrics"], text


def run(program: str, core: int, script: str, url: str, *words: str) -> tuple[dict, str]:
    return finish(*start(program, core, script, url, *words))


def quantile(ascending: list, share: float):
    return ascending[min(len(ascending) - 1, int(share * len(ascending)))]


def lateness(path: pathlib.Path, rate: int) -> list[float]:
    """Milliseconds behind the schedule, ascending. The schedule begins where the earliest request says."""
    behind = []
    with path.open() as lines:
        for line in lines:
            at, _, address = line.partition(" ")
            behind.append(int(at) - int(address[1:]) * 1_000_000_000 // rate)
    first = min(behind)
    return sorted((at - first) / 1e6 for at in behind)


def arrivals(options: argparse.Namespace, programs: dict[str, str]) -> None:
    rate, seconds = options.rate, options.seconds
    print(f"\n{rate:,} iterations a second for {seconds} s, one core; at the server, behind the schedule in ms\n")
    print(f"{'':<8}{'requests':>12}{'dropped':>10}{'of':>12}{'p50':>9}{'p99':>9}{'p99.9':>9}{'max':>9}{'within 1 ms':>14}")
    for name, program in programs.items():
        times = FOLDER / f"{name}.times"
        with Server(options.cores[1], "--times", str(times)) as server:
            script = ARRIVALS % {"rate": rate, "seconds": seconds, "users": options.users}
            metrics, _ = run(program, options.cores[0], script, server.url)
        behind = lateness(times, rate)
        dropped = metrics.get("dropped_iterations", {}).get("count", 0)
        if dropped:  # numbers are given to those that start: the schedule of each is lost
            print(f"{name:<8}{len(behind):>12,}{dropped:>10,.0f}{rate * seconds:>12,}", flush=True)
            continue
        within = sum(1 for late in behind if late <= 1) / len(behind)
        if len(behind) + dropped not in (rate * seconds, rate * seconds + 1):
            print(f"{name}: {len(behind)} + {dropped} are not {rate * seconds}")
        print(f"{name:<8}{len(behind):>12,}{dropped:>10,.0f}{rate * seconds:>12,}{quantile(behind, .5):>9.3f}{quantile(behind, .99):>9.3f}"
              f"{quantile(behind, .999):>9.3f}{behind[-1]:>9.3f}{within:>13.2%}", flush=True)


def stall(options: argparse.Namespace, programs: dict[str, str]) -> None:
    rate, seconds, still, every = 1000, 65, 1.0, 10.0
    stalled = int(seconds // every) * still / seconds  # the share of requests that come while it stands still
    print(f"\n{rate:,} a second for {seconds} s, the server stands still for {still:g} s in every {every:g} s; ms\n")
    print(f"{'':<52}{'p(95)':>9}{'p(99)':>9}{'max':>9}{'dropped':>10}")
    theory = [(still - (1 - share) / stalled * still) * 1000 for share in (.95, .99)]
    print(f"{'theory: a request waits to the end':<52}{theory[0]:>9.0f}{theory[1]:>9.0f}{still * 1000:>9.0f}{0:>10}")
    for users in (1200, 50):
        for name, program in programs.items():
            script = ARRIVALS % {"rate": rate, "seconds": seconds, "users": users}
            with Server(options.cores[1], "--stall", f"{still * 1000:g}", "--every", f"{every * 1000:g}") as server:
                metrics, text = run(program, options.cores[0], script, server.url)
            for metric in ("http_req_duration", "http_req_duration_intended", "iteration_start_delay"):
                if metric not in metrics:
                    continue
                row = metrics[metric]
                label = f"{name}, {users:,} users, {metric}"
                dropped = metrics.get("dropped_iterations", {}).get("count", 0)
                print(f"{label:<52}{row['p(95)']:>9.1f}{row['p(99)']:>9.1f}{row['max']:>9.1f}{dropped:>10,.0f}", flush=True)
            for line in text.splitlines():
                if "invalid" in line:
                    print(f"    {line.strip()}")


def resident(process: int) -> float:
    text = pathlib.Path(f"/proc/{process}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024


def soak(options: argparse.Namespace, programs: dict[str, str]) -> None:
    print(f"\n{options.requests:,} requests of 64 users, resident memory in MiB\n")
    for name, program in programs.items():
        if name == "k6" and options.requests > 1_000_000:
            continue  # a quarter of an hour
        with Server(options.cores[1]) as server:
            process, summary = start(program, options.cores[0], SOAK % options.requests, server.url)
            begin, samples = time.monotonic(), []
            while process.poll() is None:
                time.sleep(1)
                try:
                    samples.append(resident(process.pid))
                except (OSError, TypeError):
                    break
            metrics, _ = finish(process, summary)
        took = time.monotonic() - begin
        marks = [samples[min(len(samples) - 1, len(samples) * tenth // 10)] for tenth in (1, 2, 4, 6, 8, 10)]
        print(f"{name}: {metrics['http_reqs']['count']:,.0f} requests in {took:.0f} s, {metrics['http_req_failed']['passes']:.0f} failed; "
              f"after 10, 20, 40, 60, 80, 100 %: {', '.join(f'{mark:.1f}' for mark in marks)}", flush=True)


def pairs(options: argparse.Namespace, _: dict[str, str]) -> None:
    """`--pairs` of each kind; each run has a server of its own. Runs wait for a lane of two cores."""
    lanes: queue.Queue = queue.Queue()
    for lane in range(options.lanes):
        lanes.put(lane)
    script = ARRIVALS % {"rate": 1000, "seconds": 30, "users": 300}

    def record(kind: list[str], number: int, label: str) -> pathlib.Path:
        path = FOLDER / f"{label}-{number}.cremarun"
        lane = lanes.get()
        try:
            with Server(options.cores[1], *kind) as server:
                run(str(BIN / "crema"), options.cores[0], script, server.url, "--no-summary", "--record", str(path))
        finally:
            lanes.put(lane)
        return path

    servers = {"waits, median 10 ms": ["--wait", "10"], "works, median 100,000 turns": ["--work", "100000"]}
    for title, words in servers.items():
        if options.only and options.only not in title:
            continue
        with concurrent.futures.ThreadPoolExecutor(options.lanes) as pool:
            runs = {label: [pool.submit(record, [*words, "--slower", slower], number, f"{title[:5]}-{label}")
                            for number in range(options.pairs)]
                    for label, slower in (("base", "1"), ("same", "1"), ("slower", "1.1"))}
            paths = {label: [run.result() for run in some] for label, some in runs.items()}
        print(f"\na server that {title}: {options.pairs} pairs of 30 s at 1,000 requests a second\n")
        for label in ("same", "slower"):
            tally: dict[str, int] = {}
            for base, fresh in zip(paths["base"], paths[label]):
                told = subprocess.run([BIN / "crema", "load", "compare", base, fresh, "--format", "json"],
                                      cwd=FOLDER, capture_output=True, text=True, check=False)
                verdict = json.loads(told.stdout)["verdict"] if told.stdout else told.stderr.strip()[-200:]
                tally[verdict] = tally.get(verdict, 0) + 1
            print(f"{label:<8}" + ", ".join(f"{verdict} {count}" for verdict, count in sorted(tally.items())), flush=True)


PARTS = {"arrivals": arrivals, "stall": stall, "soak": soak, "pairs": pairs}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], default=[])
    parser.add_argument("--rate", type=int, default=20_000)
    parser.add_argument("--users", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--requests", type=int, default=10_000_000)
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--lanes", type=int, default=1, help="runs at the same time")
    parser.add_argument("--only", help="pairs of the server whose name has this")
    parser.add_argument("--cores", type=int, nargs=2, default=[0, 1])
    parser.add_argument("--k6", default=shutil.which("k6"))
    options = parser.parse_args()
    programs = {"crema": str(BIN / "crema")}
    if options.k6:
        programs["k6"] = options.k6
    try:
        for part in options.parts or PARTS:
            PARTS[part](options, programs)
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)


if __name__ == "__main__":
    main()
