"""A load test steered from outside: k6's REST interface, as k6-operator and scripts around k6 use it.

usage: load_control_test.py CREMA [--k6 PROGRAM]: with a k6 the same is asked of it, so that the answers are its own.
"""
import argparse
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

SCRIPT = """import { check, group, sleep } from 'k6';
import { Counter, Trend } from 'k6/metrics';
const cups = new Counter('cups'), size = new Trend('size', true);
export const options = { vus: 2, duration: '3s', thresholds: { size: ['p(95)<500'], checks: ['rate>0.9'] } };
export function setup() { console.log('set up'); return { price: 350 }; }
export default function (data) {
  group('bar', () => { check(1, { 'is one': (x) => x === 1 }); group('till', () => { cups.add(data.price); }); });
  size.add(100);
  sleep(0.25);
}
export function teardown(data) { console.log(`torn down ${JSON.stringify(data)}`); }
"""
START = {"data": {"attributes": {"paused": False, "stopped": False}, "id": "default", "type": "status"}}
FAILURES: list[str] = []


def check(fine: bool, text: str) -> None:
    print(f"{'ok' if fine else 'FAILED':<7}{text}", flush=True)
    if not fine:
        FAILURES.append(text)


class Test:
    """A test that runs, and the interface it serves."""

    def __init__(self, program: list[str], folder: pathlib.Path, *words: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{probe.getsockname()[1]}"
        environment = {**os.environ, "K6_NO_USAGE_REPORT": "true", "CREMA_HOME": str(folder / "home")}
        environment.pop("CREMA_EVIDENCE", None)
        self.process = subprocess.Popen([*program, "run", "--quiet", f"--address={self.address}", *words, "test.js"],
                                        cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True)
        for _ in range(200):
            try:
                if self.attributes("status")["status"] >= 3:
                    break
            except OSError:
                pass
            time.sleep(0.05)

    def ask(self, path: str, method: str = "GET", body: object = None) -> tuple[int, object]:
        data = None if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        request = urllib.request.Request(f"http://{self.address}{path}", data=data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                status, text = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read()
        try:
            return status, json.loads(text)
        except ValueError:
            return status, text.decode()

    def attributes(self, what: str) -> dict:
        return self.ask(f"/v1/{what}")[1]["data"]["attributes"]

    def end(self) -> tuple[int, str, str]:
        try:
            out, err = self.process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            out, err = self.process.communicate()
        return self.process.returncode, out, err


def test_paused(program: list[str], folder: pathlib.Path) -> None:
    test = Test(program, folder, "--paused", "--tag", "instance_id=1")
    check(test.attributes("status") == {"status": 4, "paused": True, "vus": 0, "vus-max": 2, "stopped": False,
                                        "running": False, "tainted": False}, "a paused test says so")
    check(test.ask("/v1/setup")[1] == {"data": {"type": "setupData", "id": "default", "attributes": {}}},
          "there are no data of setup yet")
    check(test.ask("/ping") == (200, "ok") and test.ask("/v1/none")[0] == 404, "ping, and what is not there")
    check(test.ask("/v1/status", "DELETE")[0] == 405, "a method that is none")
    status, answer = test.ask("/v1/status", "PATCH", "no JSON")
    check(status == 400 and answer["errors"][0]["title"] == "Invalid data", "what is no JSON is refused")
    status, answer = test.ask("/v1/status", "PATCH", {"data": {"attributes": {"vus": 5}}})
    check(status == 500 and "externally-controlled" in answer["errors"][0]["detail"], "users cannot be set")
    time.sleep(1)
    check(test.attributes("status")["status"] == 4, "it waits")
    status, answer = test.ask("/v1/status", "PATCH", START)
    check(status == 200 and answer["data"]["attributes"]["paused"] is False, "it is let go")
    time.sleep(1.7)
    status = test.attributes("status")
    check(status["status"] == 7 and status["running"] and status["vus"] == 2, f"it runs: {status}")
    check(test.attributes("setup") == {"data": {"price": 350}}, "what setup() returned")
    test_metrics(test)
    status, answer = test.ask("/v1/status", "PATCH", {"data": {"attributes": {"paused": True}}})
    check(status == 500 and answer["errors"][0]["title"] == "Pause error", "it cannot be paused any more")
    code, _, err = test.end()
    check(code == 0 and "torn down" in err, f"it ends well: {code}")


def test_metrics(test: Test) -> None:
    metrics = {one["id"]: one["attributes"] for one in test.ask("/v1/metrics")[1]["data"]}
    check(metrics["size"]["type"] == "trend" and metrics["size"]["contains"] == "time", "a trend's kind")
    check(metrics["size"]["sample"] == {name: 100 for name in ("avg", "max", "med", "min", "p(90)", "p(95)")},
          f"and its sample: {metrics['size']}")
    check(metrics["size"]["tainted"] is False and metrics["cups"]["tainted"] is None, "thresholds of metrics")
    check(metrics["cups"]["sample"]["count"] > 0 and metrics["cups"]["sample"]["rate"] > 0, "a counter")
    check(metrics["checks"]["sample"] == {"rate": 1} and metrics["vus"]["sample"] == {"value": 2}, "a rate, a gauge")
    check(test.ask("/v1/metrics/size")[1]["data"]["id"] == "size", "one metric")
    check(test.ask("/v1/metrics/none")[0] == 404, "and none")
    groups = {one["attributes"]["path"]: one for one in test.ask("/v1/groups")[1]["data"]}
    check(set(groups) == {"", "::setup", "::bar", "::bar::till"}, f"groups: {set(groups)}")
    bar = groups["::bar"]
    check(bar["attributes"]["checks"][0]["path"] == "::bar::is one", "with their checks")
    check(bar["relationships"]["parent"]["data"]["id"] == groups[""]["id"], "and their place")
    check(test.ask(f"/v1/groups/{bar['id']}")[1]["data"]["id"] == bar["id"], "one group")


def test_setup(program: list[str], folder: pathlib.Path) -> None:
    test = Test(program, folder, "--paused", "--no-setup", "--no-teardown")
    check(test.ask("/v1/setup", "PUT", {"price": 1})[1]["data"]["attributes"] == {"data": {"price": 1}},
          "data are given from outside")
    check(test.ask("/v1/setup", "POST")[1]["data"]["attributes"] == {"data": {"price": 350}}, "setup() is called")
    test.ask("/v1/setup", "PUT", {"price": 20})
    test.ask("/v1/status", "PATCH", START)
    time.sleep(1.7)
    check(test.ask("/v1/teardown", "POST")[0] == 200, "teardown() is called")
    metrics = {one["id"]: one["attributes"]["sample"] for one in test.ask("/v1/metrics")[1]["data"]}
    check(metrics["cups"]["count"] % 20 == 0 and metrics["cups"]["count"] % 350 != 0, "users have the given data")
    code, _, err = test.end()
    check(code == 0 and err.count("set up") == 1 and err.count("torn down") == 1, f"neither is called again: {code}")


def test_stop(program: list[str], folder: pathlib.Path) -> None:
    test = Test(program, folder)
    time.sleep(1)
    status, answer = test.ask("/v1/status", "PATCH", {"data": {"attributes": {"stopped": True}}})
    check(status == 200 and answer["data"]["attributes"]["stopped"] is True, "it is stopped")
    code, _, err = test.end()
    check(code == 103 and "torn down" in err, f"with k6's exit code, and teardown: {code}")
    test = Test(program, folder, "--paused")
    test.process.send_signal(signal.SIGINT)
    code, _, err = test.end()
    check(code == 105 and "set up" not in err, f"Ctrl-C before it began: {code}")


def test_operator(program: list[str], folder: pathlib.Path) -> None:
    """What the jobs of k6-operator call: archive and inspect in a shell, then runs that wait and are started."""
    (folder / "k6").unlink(missing_ok=True)
    if len(program) > 1:
        (folder / "k6").symlink_to(program[0])
    else:
        (folder / "k6").symlink_to(pathlib.Path(program[0]).resolve())
    line = ("k6 archive test.js -O /tmp/NAME.tar 2> logs && k6 inspect --execution-requirements /tmp/NAME.tar 2> logs ;"
            " ! cat logs | grep 'level=error'").replace("/tmp/NAME", str(folder / "test"))
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "K6_NO_USAGE_REPORT": "true"}
    done = subprocess.run(["sh", "-c", line], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    facts = json.loads(done.stdout) if done.returncode == 0 else {}
    check(facts.get("maxVUs") == 2 and facts.get("totalDuration") == "33s", f"the initializer: {done.returncode}")
    runs = [Test([str(folder / "k6")], folder, f"--execution-segment={part}", "--execution-segment-sequence=0,1/2,1",
                 "--paused", "--tag", f"instance_id={number}", "--tag", "testrun_name=shop")
            for number, part in enumerate(("0:1/2", "1/2:1"), 1)]
    check(all(one.attributes("status")["vus-max"] == 1 for one in runs), "each runner has its part of the users")
    for one in runs:
        one.ask("/v1/status", "PATCH", START)
    check(all(one.end()[0] == 0 for one in runs), "the runners end well after they were started")


def test_commands(crema: str, folder: pathlib.Path) -> None:
    test = Test([crema, "load"], folder, "--paused", "--duration", "15s")

    def call(verb: str) -> str:
        return subprocess.run([crema, "load", verb, "--address", test.address], capture_output=True, text=True,
                              check=False, timeout=30).stdout

    check("status: 4\npaused: true" in call("status"), "crema load status")
    check("paused: false" in call("resume"), "crema load resume")
    time.sleep(1.5)
    stats = call("stats")
    check("cups: count=" in stats and "size: avg=100 " in stats, f"crema load stats: {stats}")
    other = subprocess.run([crema, "load", "run", "--address", test.address, "test.js"], cwd=folder, text=True,
                           capture_output=True, check=False, timeout=30)
    check(other.returncode == 106 and "cannot listen" in other.stderr, f"the address is taken: {other.returncode}")
    # Ten connections that say nothing, or nonsense, keep nobody away.
    idle = [socket.create_connection(("127.0.0.1", int(test.address.rpartition(":")[2]))) for _ in range(10)]
    idle[0].sendall(b"\x16\x03\x01\r\n\r\n" * 100)
    check(test.attributes("status")["status"] == 7, "strangers are in nobody's way")
    for one in idle:
        one.close()
    check(test.end()[0] == 0, "and the test ends")
    none = subprocess.run([crema, "load", "status", "--address", test.address], capture_output=True, text=True,
                          check=False, timeout=30)
    check(none.returncode != 0 and "--address" in none.stderr, "nobody is there any more")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("crema")
    parser.add_argument("--k6", default=shutil.which("k6"))
    options = parser.parse_args()
    crema = str(pathlib.Path(options.crema).resolve())
    programs = {"crema": [crema, "load"]}
    if options.k6:
        programs["k6"] = [options.k6]
    with tempfile.TemporaryDirectory(prefix="crema-control-") as name:
        folder = pathlib.Path(name)
        (folder / "test.js").write_text(SCRIPT)
        for program in programs:
            print(f"-- {program}")
            for test in (test_paused, test_setup, test_stop, test_operator):
                test(programs[program], folder)
        test_commands(crema, folder)
    print(f"{len(FAILURES)} failures" if FAILURES else "all is well")
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
