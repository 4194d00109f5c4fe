"""Load tests whose load two agents make: the same numbers as of one process, to the last count.

The agents live in network namespaces of their own where this machine allows that, else on loopback.

usage: load_agents_test.py CREMA
"""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import load_server

EXACT = """import http from 'k6/http';
import exec from 'k6/execution';
import { check, group, sleep } from 'k6';
import { Counter, Gauge, Rate, Trend } from 'k6/metrics';
import { menu } from './menu.js';
const text = open('./words.txt');
const cups = new Counter('cups'), size = new Trend('size'), sweet = new Rate('sweet');
export const options = {
  scenarios: {
    shared: { executor: 'shared-iterations', vus: 5, iterations: 137, exec: 'shared', env: { KIND: 's' } },
    each: { executor: 'per-vu-iterations', vus: 3, iterations: 7, exec: 'each', tags: { kind: 'each' } },
    timed: { executor: 'constant-arrival-rate', rate: 30, timeUnit: '1s', duration: '2s', preAllocatedVUs: 6,
             exec: 'timed' },
  },
  thresholds: { 'size{kind:each}': ['max<1000'], cups: ['count===158'], checks: ['rate>0.5'] },
  systemTags: ['scenario', 'group', 'check', 'status', 'name', 'method', 'expected_response'],
};
export function setup() { return { price: 350, words: text.trim() }; }
function drink(number, data) {
  group('bar', () => {
    check(number, { 'is even': (n) => n % 2 === 0, 'has price': () => data.price === 350 });
    group('till', () => cups.add(1));
  });
  size.add(Math.sqrt(number + 1) * 3);
  sweet.add(number % 3 === 0);
}
export function shared(data) {
  drink(exec.scenario.iterationInTest, data);
  check(http.get(`${__ENV.BASE}${menu}`), { ok: (r) => r.status === 200 });
}
export function each(data) { drink(1000 * exec.vu.idInTest + exec.vu.iterationInScenario, data); }
export function timed() {
  if (exec.scenario.iterationInTest < 0 || __ENV.KIND === 's') exec.test.abort('wrong facts');
}
export function teardown(data) { console.log(`torn down with ${data.words}`); }
export function handleSummary(data) { return { 'summary.json': JSON.stringify(data) }; }
"""
# Of these every number must be the same. How many of the timed iterations find a free user is the machine's affair.
EXACT_METRICS = ["checks", "cups", "size", "size{kind:each}", "sweet", "http_reqs", "http_req_failed"]
LONG = """import exec from 'k6/execution';
import { sleep } from 'k6';
import { Counter } from 'k6/metrics';
const beats = new Counter('beats');
export const options = { vus: 4, duration: __ENV.LONG || '20s',
  thresholds: __ENV.LIMIT ? { beats: [{ threshold: `count<${__ENV.LIMIT}`, abortOnFail: true }] } : {} };
export function setup() { if (__ENV.BAD_SETUP) throw new Error('no beans'); }
export default function () {
  beats.add(1);
  if (__ITER === 0) console.log(`began ${Date.now()}`);
  if (__ENV.ABORT && exec.vu.idInTest === 4 && __ITER === 3) exec.test.abort('out of milk');
  if (__ENV.FAIL && exec.vu.idInTest === 4 && __ITER === 3) exec.test.fail('bitter');
  sleep(0.1);
}
export function teardown() { console.log('torn down'); }
"""
NGINX = """daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{ access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{ listen 0.0.0.0:{port}; location / {{ default_type application/json; return 200 '{{"drink":"cappuccino"}}'; }} }} }}
"""
FAILURES: list[str] = []


def check(fine: bool, text: str) -> None:
    print(f"{'ok' if fine else 'FAILED':<7}{text}", flush=True)
    if not fine:
        FAILURES.append(text)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Namespaces:
    """Two network namespaces, each with a cable to this one; none where the machine forbids them."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.net = f"10.{os.getpid() % 100 + 100}"
        try:
            for number in (1, 2):
                self.add(number)
        except (OSError, subprocess.CalledProcessError) as error:
            detail = getattr(error, "stderr", None) or error
            print(f"no network namespaces here, loopback instead: {str(detail).strip()}")
            self.close()

    def add(self, number: int) -> None:
        name, here, there = f"crema{os.getpid()}n{number}", f"cr{os.getpid()}h{number}", f"cr{os.getpid()}p{number}"
        self.run("ip", "netns", "add", name)
        self.names.append(name)
        self.run("ip", "link", "add", here, "type", "veth", "peer", "name", there, "netns", name)
        self.run("ip", "addr", "add", f"{self.net}.{number}.1/24", "dev", here)
        self.run("ip", "link", "set", here, "up")
        for words in (f"addr add {self.net}.{number}.2/24 dev {there}", f"link set {there} up", "link set lo up",
                      f"route add default via {self.net}.{number}.1"):
            self.run("ip", "-n", name, *words.split())

    @staticmethod
    def run(*words: str) -> None:
        subprocess.run(words, check=True, capture_output=True, text=True)

    def close(self) -> None:
        # A cable goes with the namespace that holds its other end.
        for name in self.names:
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)
        self.names = []


class Agent:
    def __init__(self, place: "Place", number: int, *more: str) -> None:
        spaces = place.spaces
        inside = ["ip", "netns", "exec", spaces.names[number - 1]] if spaces.names else []
        port = 6566 if inside else free_port()
        self.address = f"{spaces.net}.{number}.2:{port}" if inside else f"127.0.0.1:{port}"
        self.log = place.folder / f"agent{number}-{time.monotonic_ns()}.log"
        words = [*inside, place.crema, "load", "agent", "--listen", f":{port}", "--certificates",
                 str(place.folder / "certificates"), "--threads", "1", *more]
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(words, stderr=log)
        for _ in range(100):
            if "waiting for coordinators" in self.log.read_text():
                break
            time.sleep(0.05)

    def end(self, how: int = signal.SIGTERM) -> None:
        self.process.send_signal(how)
        self.process.wait(20)


class Run:
    """A run of crema whose log can be read while it runs."""

    def __init__(self, words: list[str], folder: pathlib.Path, environment: dict[str, str]) -> None:
        self.out, self.log = (folder / f"{name}-{time.monotonic_ns()}" for name in ("out", "log"))
        with open(self.out, "w", encoding="utf-8") as out, open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(words, cwd=folder, env=environment, stdout=out, stderr=log)

    def begun(self, users: int = 4) -> None:
        for _ in range(600):
            if self.log.read_text().count("began") >= users or self.process.poll() is not None:
                return
            time.sleep(0.05)

    def end(self, within: float = 60) -> subprocess.CompletedProcess:
        try:
            self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        return subprocess.CompletedProcess([], self.process.returncode, self.out.read_text(), self.log.read_text())


class Place:
    def __init__(self, crema: str, folder: pathlib.Path, spaces: Namespaces) -> None:
        self.crema, self.folder, self.spaces = crema, folder, spaces
        (folder / "exact.js").write_text(EXACT)
        (folder / "long.js").write_text(LONG)
        (folder / "menu.js").write_text("export const menu = '/json';\n")
        (folder / "words.txt").write_text("beans and milk\n")
        self.environment = {**os.environ, "CREMA_HOME": str(folder / "home")}
        self.environment.pop("CREMA_EVIDENCE", None)
        self.server = self.serve()
        made = self.call("load", "agent", "--make-certificates", "certificates")
        check(made.returncode == 0, "the certificates are made")
        self.agents = [Agent(self, 1), Agent(self, 2)]

    def serve(self) -> "subprocess.Popen | None":
        host = f"{self.spaces.net}.1.1" if self.spaces.names else "127.0.0.1"
        if not shutil.which("nginx"):
            # The server of the other tests listens on loopback only.
            self.environment["BASE"] = load_server.start()
            return None
        port = free_port()
        (self.folder / "nginx.conf").write_text(NGINX.format(folder=self.folder, port=port))
        self.environment["BASE"] = f"http://{host}:{port}"
        return subprocess.Popen(["nginx", "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")])

    def names(self) -> str:
        return ",".join(agent.address for agent in self.agents)

    def start(self, *words: str, **environment: str) -> "Run":
        return Run([self.crema, *words], self.folder, {**self.environment, **environment})

    def call(self, *words: str, **environment: str) -> subprocess.CompletedProcess:
        return self.start(*words, **environment).end(90)

    def on_agents(self, script: str, *words: str) -> list[str]:
        return ["load", "run", script, "--quiet", "--agents", self.names(), "--certificates", "certificates", *words]

    def close(self) -> None:
        for agent in self.agents:
            if agent.process.poll() is None:
                agent.end()
        if self.server:
            self.server.terminate()
            self.server.wait(10)


def checks_of(group: dict) -> list:
    own = [(one["path"], one["passes"], one["fails"]) for one in group["checks"]]
    return sorted(own + [line for inner in group["groups"] for line in checks_of(inner)])


def test_exact(place: Place) -> None:
    alone = place.call("load", "run", "exact.js", "--quiet", "--threads", "1", "-o", "json=alone.json")
    one = json.loads((place.folder / "summary.json").read_text())
    both = place.call(*place.on_agents("exact.js", "-o", "json=both.json", "--record", "both.record"))
    two = json.loads((place.folder / "summary.json").read_text())
    check(alone.returncode == 0 and both.returncode == 0, f"both runs pass: {alone.returncode} {both.returncode}")
    if both.returncode != 0:
        print(both.stderr)
    for name in EXACT_METRICS:
        first, second = (dict(run["metrics"][name]["values"]) for run in (one, two))
        first.pop("rate", None) if "count" in first else None
        second.pop("rate", None) if "count" in second else None
        check(first == second, f"{name} is the same: {second}")
    check(checks_of(one["root_group"]) == checks_of(two["root_group"]), "the groups have the same checks")
    check(one["setup_data"] == two["setup_data"], "the coordinator has the data of setup()")
    check(both.stderr.count("torn down with beans and milk") == 1, "teardown ran once, at the coordinator")
    other = set(one["metrics"]) ^ set(two["metrics"])
    check(other <= {"dropped_iterations"}, f"the same metrics: {other}")
    due = [sum(run["metrics"].get(name, {"values": {"count": 0}})["values"]["count"]
               for name in ("iterations", "dropped_iterations")) for run in (one, two)]
    check(abs(due[0] - due[1]) <= 1 and due[0] >= 137 + 21 + 59, f"as many iterations were due: {due}")

    def points(name: str) -> list:
        lines = [json.loads(line) for line in (place.folder / name).read_text().splitlines()]
        check(any(line["metric"] == "vus" for line in lines), f"{name} has the users of each second")
        return sorted((line["metric"], line["data"]["value"], json.dumps(line["data"]["tags"], sort_keys=True))
                      for line in lines if line["type"] == "Point" and line["metric"] in EXACT_METRICS)

    check(points("alone.json") == points("both.json"), f"the output has the same {len(points('both.json'))} samples")
    check((place.folder / "both.record").stat().st_size > 0, "a record is left")


def test_ends(place: Place) -> None:
    crossed = place.call(*place.on_agents("long.js"), LIMIT="20")
    check(crossed.returncode == 99, f"a threshold ends the test on all agents: {crossed.returncode}")
    check("torn down" in crossed.stderr, "teardown runs after that")
    aborted = place.call(*place.on_agents("long.js"), ABORT="1")
    check(aborted.returncode == 108 and aborted.stderr.count("out of milk") == 1,
          f"exec.test.abort() of one user ends all: {aborted.returncode}")
    failed = place.call(*place.on_agents("long.js"), FAIL="1", LONG="2s")
    check(failed.returncode == 110, f"exec.test.fail() of one user marks the test: {failed.returncode}")
    began = [int(one) for one in re.findall(r"began (\d+)", failed.stderr)]
    check(len(began) == 4 and max(began) - min(began) < 150, f"all users began at one moment: {began}")
    setup = place.call(*place.on_agents("long.js"), BAD_SETUP="1")
    check(setup.returncode == 107 and "no beans" in setup.stderr, f"setup() that throws: {setup.returncode}")
    running = place.start(*place.on_agents("long.js"))
    running.begun()
    running.process.send_signal(signal.SIGINT)
    stopped = running.end(30)
    check(stopped.returncode == 105 and "torn down" in stopped.stderr and "beats" in stopped.stdout,
          f"Ctrl-C ends all gently: {stopped.returncode} {stopped.stderr}")


def test_refusals(place: Place) -> None:
    running = place.start(*place.on_agents("long.js"), LONG="6s")
    running.begun()
    busy = place.call(*place.on_agents("long.js"))
    check(busy.returncode == 102 and "at work for another test" in busy.stderr, "a busy agent refuses")
    check(running.end(30).returncode == 0, "and goes on with its test")
    place.call("load", "agent", "--make-certificates", "others")
    stranger = place.call("load", "run", "long.js", "--agents", place.names(), "--certificates", "others")
    check(stranger.returncode == 102 and "one authority" in stranger.stderr,
          f"who has other certificates is not served: {stranger.stderr.strip()}")
    none = place.call("load", "run", "long.js", "--agents", f"127.0.0.1:{free_port()}", "--certificates",
                      "certificates")
    check(none.returncode == 102 and "cannot be reached" in none.stderr, "no agent there")


def test_loss(place: Place) -> None:
    running = place.start(*place.on_agents("long.js", "--agent-loss", "continue", "--record", "lost.record"), LONG="6s")
    running.begun()
    time.sleep(1.5)
    place.agents[1].end(signal.SIGKILL)
    killed = time.monotonic()
    lost = running.end()
    err = lost.stderr
    check(lost.returncode == 0 and time.monotonic() - killed > 2, f"the test goes on: {lost.returncode}")
    check("is lost" in err and "segment 1/2:1" in err and place.agents[1].address in err,
          f"it is said which, and what is missing: {[line for line in err.splitlines() if 'lost' in line]}")
    check("no measure of the system" in err, "the run is invalid")
    place.agents[1] = Agent(place, 2)
    running = place.start(*place.on_agents("long.js"))
    running.begun()
    place.agents[1].end(signal.SIGKILL)
    killed = time.monotonic()
    lost = running.end()
    check(lost.returncode == 102 and time.monotonic() - killed < 8, f"or it ends: {lost.returncode}")
    check("torn down" in lost.stderr and "beats" in lost.stdout, "with teardown and a summary")
    place.agents[1] = Agent(place, 2)
    running = place.start(*place.on_agents("long.js"))
    running.begun()
    running.process.kill()
    running.end()
    time.sleep(1)
    again = place.call(*place.on_agents("long.js"), LONG="1s")
    check(again.returncode == 0, f"agents whose coordinator is gone take the next test: {again.returncode}")
    segment = place.call(*place.on_agents("long.js", "--execution-segment", "0:1/2"))
    check(segment.returncode == 102 and "executionSegment" in segment.stderr, "a segment of a test has no agents")


def test_late(place: Place) -> None:
    gone = place.agents.pop()
    gone.end()
    running = place.start("load", "run", "long.js", "--quiet", "--agents", f"{place.names()},{gone.address}",
                          "--certificates", "certificates", "--agent-wait", "20s", LONG="1s")
    time.sleep(1)
    check(running.process.poll() is None, "a coordinator waits for an agent")
    if place.spaces.names:
        late = Agent(place, 2, "--once")
        place.agents.append(late)
        done = running.end()
        check(done.returncode == 0 and done.stderr.count("began") == 4, f"that comes late: {done.returncode}")
        check(late.process.wait(20) == 0, "and ends after one test")
    else:
        running.process.kill()
        running.end()


def main() -> int:
    crema = str(pathlib.Path(sys.argv[1]).resolve())
    # Whoever ends the test from outside leaves no namespaces behind either.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    spaces = Namespaces()
    with tempfile.TemporaryDirectory(prefix="crema-agents-") as name:
        os.chmod(name, 0o755)
        place = Place(crema, pathlib.Path(name), spaces)
        try:
            for test in (test_exact, test_ends, test_refusals, test_loss, test_late):
                test(place)
        finally:
            place.close()
            spaces.close()
    print(f"{len(FAILURES)} failures" if FAILURES else "all is well")
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
