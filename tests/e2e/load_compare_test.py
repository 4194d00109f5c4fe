"""Records of load tests: made by runs, by files and by steps of workflows, and held against each other.

usage: load_compare_test.py CREMA
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import load_server

SCRIPT = """import http from 'k6/http';
import { path } from './menu.js';
export const options = { scenarios: { menu: { executor: 'constant-arrival-rate', rate: 20, timeUnit: '1s',
  duration: __ENV.LONG, preAllocatedVUs: 20, maxVUs: 50 } } };
export default function () { http.get(`${__ENV.BASE}${path}${__ENV.DELAY}`); }
"""
TURNS = """import http from 'k6/http';
export default function () { http.get(__ENV.BASE_URL + '/json'); }
"""
WORKFLOW = """on: push
jobs:
  load:
    runs-on: ubuntu-latest
    steps:
      - run: k6 run --quiet --no-summary load.js
        env: {LONG: 3s, DELAY: 1, BASE: BASE_URL}
      - run: crema load compare latest latest || echo "no other run - $?"
"""
FAILURES: list[str] = []


def check(fine: bool, text: str) -> None:
    print(f"{'ok' if fine else 'FAILED':<7}{text}")
    if not fine:
        FAILURES.append(text)


class Repository:
    """A fresh one, where nothing was run yet."""

    def __init__(self, crema: str, folder: pathlib.Path, base: str) -> None:
        self.crema, self.folder = crema, folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CREMA_")}
        self.environment = {**kept, "BASE": base, "LONG": "2s", "DELAY": "1", "PATH": "/usr/bin:/bin"}
        workflow = folder / ".github/workflows/load.yml"
        workflow.parent.mkdir(parents=True)
        workflow.write_text(WORKFLOW.replace("BASE_URL", f"'{base}'"))
        (folder / "load.js").write_text(SCRIPT)
        (folder / "menu.js").write_text("export const path = '/delay/';\n")
        (folder / "turns.js").write_text(TURNS)
        (folder / "crema.yml").write_text("gate: {load: {p95: off, requests_per_second: off, baseline: 20%}}\n")
        author = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
        for words in (["init", "-q", "-b", "main"], ["add", "-A"], [*author, "commit", "-qm", "first"]):
            subprocess.run(["git", *words], cwd=folder, check=True)

    def start(self, *words: str, **environment: str) -> subprocess.Popen:
        return subprocess.Popen([self.crema, *words], cwd=self.folder, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, env={**self.environment, **environment})

    def run(self, *words: str, **environment: str) -> tuple[int, str]:
        process = self.start(*words, **environment)
        text = process.communicate(timeout=90)[0]
        return process.returncode, text


def compare_files(repository: Repository) -> bool:
    """Half a minute of two servers, one of them slower by 120 ms. False where the machine was too busy."""
    runs = []
    for name, delay in (("fast", "100"), ("slow", "220")):
        runs.append(repository.start("load", "run", "-q", "--no-summary", "load.js", "--record", f"{name}.cremarun",
                                     LONG="25s", DELAY=delay))
        time.sleep(1.5)  # so that the slow one is the newer run
    for run in runs:
        text = run.communicate(timeout=90)[0]
        check(run.returncode == 0, f"a run keeps a record {'' if run.returncode == 0 else text}")
    valid = True
    for base, fresh, wanted in (("fast", "slow", "regression"), ("slow", "fast", "improvement"),
                                ("fast", "fast", "fine")):
        code, text = repository.run("load", "compare", f"{base}.cremarun", f"{fresh}.cremarun", "--format",
                                    "json", "--margin", "30%", "--margin", "errors=5%")
        answer = json.loads(text)
        # A busy machine may make the runs invalid; the metrics are judged all the same.
        p50 = next(metric for metric in answer["metrics"] if metric["metric"] == "p50")
        check(p50["verdict"] == wanted, f"{fresh} beside {base}: want {wanted}: {p50}")
        exits = {"fine": 0, "improvement": 0, "regression": 1, "inconclusive": 3, "invalid": 3}
        check(code == exits[answer["verdict"]], f"{answer['verdict']} ends with {code}")
        valid = valid and answer["verdict"] != "invalid"
    return valid


def judge(repository: Repository, valid: bool) -> None:
    """The gate asks the records of the slow run and of the fast one before it."""
    text = repository.run("gate", "--format", "json")[1]
    rows = {row["condition"]: row for row in json.loads(text)["conditions"]}
    row = rows.get("baseline of load.js", {})
    if not valid:  # then there is nothing to compare with, or no pair
        check(row.get("state") == "not looked at", f"an invalid run is no baseline: {row}")
        return
    check(row.get("state") == "failed" and row.get("actual") == "worse", f"the gate believes the records: {row}")
    check(any("p95" in line for line in row.get("details", [])), "and says by which metric")


def use_baselines(repository: Repository) -> None:
    code, text = repository.run("load", "run", "-q", "--no-summary", "load.js", "--baseline", "nowhere.cremarun")
    check(code == 2 and "nowhere.cremarun" in text, f"a baseline that is not there ends it at once: {code}")
    code, text = repository.run("load", "run", "-q", "--no-summary", "load.js", "--baseline", "latest")
    check(code == 0 and "beside latest" in text and "inconclusive" in text, "a short run is not judged")
    code, text = repository.run("load", "run", "-q", "--no-summary", "load.js", "--baseline", "fast.cremarun")
    check(code == 0 and "script's digest differs" in text, "another load is not compared")


def change_a_module(repository: Repository) -> None:
    module = repository.folder / "menu.js"
    module.write_text("// other text\n" + module.read_text())
    text = repository.run("load", "run", "-q", "--no-summary", "load.js", "--baseline", "latest")[1]
    check("script's digest differs" in text, "a module belongs to its script")


def use_steps(repository: Repository) -> None:
    code, text = repository.run("run")
    check(code == 0 and "no k6 is installed" in text, f"a workflow's k6 is crema {'' if code == 0 else text}")
    code, text = repository.run("load", "compare", "latest", "latest")
    check(code == 3 and " s of the base" in text, f"a step's record is kept: {code}")
    code, text = repository.run("load", "compare", "1", "99")
    check(code == 2 and "no run 99" in text, "a run that is not there is named")
    for margin in ("x", "0", "-5%", "p96=5%", "p95="):
        code, text = repository.run("load", "compare", "1", "2", "--margin", margin)
        check(code == 2 and "--margin" in text, f"--margin {margin} is refused: {code}")


def take_turns(repository: Repository, base: str) -> None:
    code, text = repository.run("load", "ab", "--a", base, "--b", "http://127.0.0.1:1", "turns.js", "--rate", "20",
                                "--duration", "4s", "--limit", "4s", "--format", "json")
    answer = json.loads(text[text.index("{\n"):])
    errors = next(metric for metric in answer["metrics"] if metric["metric"] == "errors")
    check(errors["base"] == 0 and errors["new"] == 1, f"the sides are kept apart: {errors}")
    check(errors["verdict"] == "regression" and code in (1, 3), f"a dead server is a regression: {code}")
    code, text = repository.run("load", "ab", "--a", base, "--b", base, "--duration", "10m")
    check(code == 2 and "--limit" in text, f"the limit limits: {code}")


def main() -> int:
    base = load_server.start()
    with tempfile.TemporaryDirectory(prefix="crema-compare-") as folder:
        repository = Repository(str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(folder), base)
        judge(repository, compare_files(repository))
        use_baselines(repository)
        use_steps(repository)
        change_a_module(repository)
        take_turns(repository, base)
    print(f"{len(FAILURES)} failed")
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
