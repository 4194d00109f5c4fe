"""crema scan beside the tools it stands in for: `./dev bench scan [--tree DIR] [--rounds N] [--accuracy ...]`.

Times and peak memory over one tree, the programs in turn (A B A B ...), medians. Peers are looked for
on the PATH and in the folders of --peers; one that is not there is left out, which is said. What each
finds is held against crema's by --accuracy, which runs the yardsticks of bench/scan_*.py on what lies
in --data (a folder of bare clones, OWNER+NAME/repo).
"""
import argparse
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
CREMA = ROOT / "build/release/bin/crema"

# Of each peer: what it does here that crema does too, and its command. {tree} is scanned.
PEERS = {
    "gitleaks": ("secrets", ["dir", "{tree}", "--no-banner", "--exit-code", "0", "--report-path", "{out}.json"]),
    "osv-scanner": ("deps", ["--experimental-offline", "--no-call-analysis=all", "--format", "json", "-r", "{tree}"]),
    "checkov": ("infra", ["-d", "{tree}", "--framework", "kubernetes", "dockerfile", "github_actions", "--quiet",
                          "--compact", "--soft-fail", "-o", "json", "--skip-download"]),
    "kube-linter": ("infra", ["lint", "--format", "json", "{tree}"]),
    "zizmor": ("infra", ["--offline", "--no-exit-codes", "--format", "json", "{tree}/.github"]),
}


def measure(command: list[str], folder: pathlib.Path, environment: dict[str, str]) -> tuple[float, int, int]:
    """Seconds, peak KiB and exit code of a program."""
    begin = time.monotonic()
    with open(os.devnull, "wb") as nothing:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=nothing, stderr=nothing)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return time.monotonic() - begin, usage.ru_maxrss, process.returncode


def find(name: str, folders: list[str]) -> str | None:
    return shutil.which(name, path=os.pathsep.join([*folders, os.environ.get("PATH", "")]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tree", default=str(ROOT / "examples/gocoffee"))
    parser.add_argument("--peers", action="append", default=[], help="a folder of programs")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--osv", help="osv-scanner's folder of data, as OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY has it")
    parser.add_argument("--accuracy", action="store_true")
    parser.add_argument("--data", default="", help="git repositories of the peers, OWNER+NAME/repo")
    parser.add_argument("--samples", default="", help="true and false positives of gitleaks' rules, see scan_secrets_truth.py")
    parser.add_argument("--config", default="", help="gitleaks' configuration")
    parser.add_argument("--osv-archive", default="", help="OSV's JSON for Go, a ZIP")
    arguments = parser.parse_args()
    if arguments.accuracy:
        return accuracy(arguments)
    tree = pathlib.Path(arguments.tree).resolve()
    peers = {name: find(name, arguments.peers) for name in PEERS}
    for name in [name for name, program in peers.items() if program is None]:
        print(f"{name} is not there: left out")
        del peers[name]
    with tempfile.TemporaryDirectory(prefix="crema-bench-") as scratch:
        environment = {**os.environ, "CREMA_HOME": scratch + "/home"}
        environment.pop("CREMA_EVIDENCE", None)
        if arguments.osv:
            environment["OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY"] = arguments.osv
        table(tree, pathlib.Path(scratch), environment, peers, arguments.rounds)
    return 0


def table(tree: pathlib.Path, scratch: pathlib.Path, environment: dict[str, str], peers: dict[str, str],
          rounds: int) -> None:
    scan = [str(CREMA), "scan", "--no-keep", "--no-fail", "--allow-not-scanned", "--format", "json"]
    rows: dict[str, list[str]] = {f"crema, {family or 'everything'}": [*scan, *([family] if family else []), "--no-cache"]
                                  for family in ("secrets", "deps", "infra", "")}
    rows["crema, everything, first with a cache"] = scan
    rows["crema, everything, nothing changed"] = scan
    for name, program in peers.items():
        words = [word.replace("{tree}", str(tree)).replace("{out}", str(scratch / "out")) for word in PEERS[name][1]]
        rows[name] = [program, *words]
    results: dict[str, list[tuple[float, int, int]]] = {name: [] for name in rows}
    for _ in range(rounds):
        for name, command in rows.items():
            if name.endswith("first with a cache"):
                shutil.rmtree(scratch / "home", ignore_errors=True)
            results[name].append(measure(command, tree, environment))
    print(f"\n{'':<40}{'seconds':>9}{'MiB':>7}{'exit':>6}{'  times crema':>14}")
    medians = {name: statistics.median(taken for taken, _, _ in all_) for name, all_ in results.items()}
    for name, all_ in results.items():
        ratio = ""
        if name in peers:
            ratio = f"{medians[name] / medians['crema, ' + PEERS[name][0]]:.0f}"
        print(f"{name:<40}{medians[name]:>9.3f}{max(kib for _, kib, _ in all_) // 1024:>7}{all_[-1][2]:>6}{ratio:>14}")
    print(f"\n{tree.name}, {rounds} rounds, {os.cpu_count()} cores; a peer's ratio is to the same family of crema, "
          "read without its cache")


# The yardsticks, and what each is told beside --data.
YARDSTICKS = {
    "scan_docker_accuracy.py": ["--data", "{data}"],
    "scan_workflows_accuracy.py": ["--data", "{data}", "--zizmor", "{zizmor}", "--checkov", "{checkov}"],
    "scan_kubernetes_accuracy.py": ["--data", "{data}", "--beside", "{tree}", "--checkov", "{checkov}"],
    "scan_deps.py": ["--data", "{data}", "--tree", "{tree}", "--osv", "{osv}", "--osv-scanner", "{osv-scanner}"],
    "scan_secrets_truth.py": ["--data", "{samples}", "--gitleaks", "{gitleaks}", "--config", "{config}"],
}


def accuracy(arguments: argparse.Namespace) -> int:
    known = {"data": arguments.data, "tree": arguments.tree, "osv": arguments.osv_archive, "samples": arguments.samples,
             "config": arguments.config}
    known |= {name: find(name, arguments.peers) or name for name in PEERS}
    programs = ["scan_docker_bench", "scan_workflows_bench", "scan_kubernetes_bench", "scan_deps_bench",
                "scan_secrets_bench"]
    subprocess.run(["cmake", "--build", str(ROOT / "build/release"), "--target", *programs], check=True,
                   stdout=subprocess.DEVNULL)
    failed = 0
    for script, words in YARDSTICKS.items():
        filled = [known.get(word.strip("{}"), word) if word.startswith("{") else word for word in words]
        if not filled[1]:
            print(f"\n== {script}: left out, its data is not given")
            continue
        print(f"\n== {script}", flush=True)
        # An option whose value is not known is left to the script.
        pairs = [pair for pair in zip(filled[::2], filled[1::2], strict=True) if pair[1]]
        failed |= subprocess.run([sys.executable, str(ROOT / "bench" / script), *(word for pair in pairs for word in pair)],
                                 check=False).returncode
    return failed


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.exit(main())
