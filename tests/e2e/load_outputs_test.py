"""Outputs of `crema load run` that send: to a real Prometheus by remote write, to a real InfluxDB, and
to a receiver of OTLP built from what that project publishes (otlp_receiver, through gRPC and HTTP).

usage: load_outputs_test.py CREMA [--k6 PROGRAM]: with k6 both programs run the same script, and must
give the same series, labels and, where the script decides them, values. A part whose program is not
on this machine is left out, and said.
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
import urllib.parse
import urllib.request

import load_server

SCRIPT = """import http from 'k6/http';
import { check, group } from 'k6';
import { Counter, Gauge, Rate, Trend } from 'k6/metrics';
const sold = new Counter('sold');
const stock = new Gauge('stock');
const fresh = new Rate('fresh');
const taste = new Trend('taste');
const brewing = new Trend('brewing', true);
export const options = {
  tags: { testid: __ENV.TESTID },
  scenarios: { shop: { executor: 'per-vu-iterations', vus: 1, iterations: 3 } },
};
export default function () {
  group('bar', () => {
    check(http.get(`${__ENV.BASE}/json`), { 'is there': (r) => r.status === 200 });
    sold.add(2, { drink: 'espresso' });
    fresh.add(__ITER > 0);
  });
  http.get(`${__ENV.BASE}/status/404`, { tags: { name: 'missing', empty: '' } });
  stock.add(10 - __ITER);
  for (const value of [1, 2.5, 40, 41, 7000, -3, 0]) taste.add(value);
  brewing.add(1500 + 100 * __ITER);
}
"""
# What the script decides; of everything else only that it is there is compared.
DECIDED = ("sold", "stock", "fresh", "taste", "brewing", "checks", "iterations", "http_reqs", "http_req_failed")


SKIPPED = 77


class Failures(list):
    def same(self, have: object, want: object, what: str) -> None:
        if have != want:
            self.append(f"{what}: {have!r}, want {want!r}")


class Bench:
    """A folder, the server that the script asks, and the programs that run it."""

    def __init__(self, folder: pathlib.Path, programs: dict[str, list[str]]) -> None:
        self.folder = folder
        self.programs = programs
        self.base = load_server.start()
        self.failures = Failures()

    def run(self, program: str, testid: str, output: str, **variables: str) -> str:
        """What it wrote to standard error."""
        script = self.folder / "script.js"
        script.write_text(SCRIPT)
        words = [*self.programs[program], "run", "--quiet", "-o", output, "-e", f"BASE={self.base}",
                 "-e", f"TESTID={testid}", str(script)]
        environment = {**os.environ, "K6_NO_USAGE_REPORT": "true", **variables}
        environment.pop("CREMA_EVIDENCE", None)
        done = subprocess.run(words, cwd=self.folder, env=environment, capture_output=True, text=True,
                              timeout=90, check=False)
        self.failures.same(done.returncode, 0, f"exit of {program} {output}: {done.stderr[-800:]}")
        return done.stderr

    def compare(self, what: str, of_program: dict[str, dict]) -> None:
        """Series and values of each program beside the first one's."""
        (_, have), *others = of_program.items()
        print(f"{what}: {len(have)} series, with {' and '.join(of_program)}")
        for name, want in others:
            self.failures.same(sorted(have.keys() - want.keys()), [], f"{what}: series that {name} does not have")
            self.failures.same(sorted(want.keys() - have.keys()), [], f"{what}: series that only {name} has")
            for series in want.keys() & have.keys():
                if is_decided(series[0]):
                    self.failures.same(have[series], want[series], f"{what}: {series}, as {name}")


def is_decided(name: str) -> bool:
    metric = name.removeprefix("k6_")
    return any(metric == known or metric.startswith((known + "_", known + ".")) for known in DECIDED) and not (
        metric.startswith("http_req") and not metric.startswith(("http_reqs", "http_req_failed")))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(address: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(address, timeout=5).read()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"nobody answers {address}")


class Prometheus:
    def __init__(self, folder: pathlib.Path) -> None:
        self.address = f"127.0.0.1:{free_port()}"
        (folder / "prometheus.yml").write_text("")
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
             f"--web.listen-address={self.address}", "--web.enable-remote-write-receiver",
             "--enable-feature=native-histograms"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(f"http://{self.address}/-/ready")

    def series(self, testid: str) -> dict:
        """The series there are now: {(name, labels): value}."""
        query = urllib.parse.urlencode({"query": f'{{testid="{testid}"}}'})
        with urllib.request.urlopen(f"http://{self.address}/api/v1/query?{query}", timeout=10) as answer:
            found = json.load(answer)["data"]["result"]
        return {(one["metric"]["__name__"], labels_of(one["metric"])): one.get("value", one.get("histogram"))[1]
                for one in found}


def labels_of(metric: dict) -> tuple:
    return tuple(sorted((key, value) for key, value in metric.items() if key not in ("__name__", "testid")))


def check_prometheus(bench: Bench) -> None:
    server = Prometheus(bench.folder)
    address = {"K6_PROMETHEUS_RW_SERVER_URL": f"http://{server.address}/api/v1/write"}
    forms = {
        "gauges": {"K6_PROMETHEUS_RW_TREND_STATS": "avg,min,med,max,count,sum,p(95),p(99.9)"},
        "default": {},
        "histograms": {"K6_PROMETHEUS_RW_TREND_AS_NATIVE_HISTOGRAM": "true"},
    }
    try:
        for form, variables in forms.items():
            found = {}
            for program in bench.programs:
                testid = f"{form}-{program}"
                bench.run(program, testid, "experimental-prometheus-rw", **address, **variables)
                found[program] = server.series(testid)
            bench.compare(f"prometheus {form}", found)
            own = found["crema"]
            bench.failures.same(own.get(("k6_sold_total", (("drink", "espresso"), ("group", "::bar"), ("scenario", "shop")))),
                                "6", f"prometheus {form}: what was sold")
        bench.run("crema", "ended", "prometheus-rw", **address, K6_PROMETHEUS_RW_STALE_MARKERS="true")
        time.sleep(0.1)
        bench.failures.same(server.series("ended"), {}, "prometheus: series after their stale markers")
    finally:
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(20)


class InfluxDB:
    def __init__(self, folder: pathlib.Path) -> None:
        self.address = f"127.0.0.1:{free_port()}"
        config = folder / "influxdb.conf"
        config.write_text(f'''reporting-disabled = true
bind-address = "127.0.0.1:{free_port()}"
[meta]
  dir = "{folder}/influx/meta"
[data]
  dir = "{folder}/influx/data"
  wal-dir = "{folder}/influx/wal"
[http]
  bind-address = "{self.address}"
''')
        self.process = subprocess.Popen(["influxd", "-config", str(config)], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        wait_for(f"http://{self.address}/ping")

    def rows(self, database: str) -> dict:
        """{(metric, a number): tags and fields of a sample}, in the order of their values."""
        query = urllib.parse.urlencode({"db": database, "q": "SELECT * FROM /.*/"})
        with urllib.request.urlopen(f"http://{self.address}/query?{query}", timeout=10) as answer:
            series = json.load(answer)["results"][0].get("series", [])
        found = {}
        for one in series:
            rows = [{key: value for key, value in zip(one["columns"], row) if key != "time" and value is not None}
                    for row in one["values"]]
            if not is_decided(one["name"]):
                for row in rows:
                    row["value"] = 0
            for place, row in enumerate(sorted(rows, key=str)):
                found[(one["name"], place)] = row
        return found


def check_influxdb(bench: Bench) -> None:
    server = InfluxDB(bench.folder)
    try:
        found = {}
        for program in bench.programs:
            bench.run(program, "same", f"influxdb=http://{server.address}/of_{program}",
                      K6_INFLUXDB_TAGS_AS_FIELDS="url,status:int,expected_response:bool", K6_INFLUXDB_PUSH_INTERVAL="200ms")
            found[program] = server.rows(f"of_{program}")
        bench.compare("influxdb", found)
        bench.failures.same([row["value"] for (name, _), row in found["crema"].items() if name == "brewing"],
                            [1500, 1600, 1700], "influxdb: brewing")
    finally:
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(20)


class Receiver:
    """The receiver of OTLP, with what came to it."""

    def __init__(self, program: pathlib.Path, *arguments: pathlib.Path) -> None:
        self.process = subprocess.Popen([program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addresses = json.loads(self.process.stdout.readline())

    def end(self) -> list[dict]:
        self.process.send_signal(signal.SIGTERM)
        lines = self.process.stdout.read().splitlines()
        self.process.wait(20)
        return [json.loads(line) for line in lines]


def points_of(requests: list[dict]) -> dict:
    """The last state that was told: {(metric, attributes): value, unit and kind}."""
    found = {}
    for request in requests:
        for scope in request["request"]["resourceMetrics"][0].get("scopeMetrics", []):
            for metric in scope["metrics"]:
                kind = next(key for key in ("gauge", "sum", "histogram") if key in metric)
                about = [kind, metric.get("unit", ""), metric[kind].get("aggregationTemporality"),
                         metric[kind].get("isMonotonic"), scope["scope"]["name"]]
                for point in metric[kind]["dataPoints"]:
                    attributes = tuple(sorted((one["key"], one["value"]["stringValue"]) for one in point["attributes"]))
                    value = {key: point[key] for key in point if key not in ("attributes", "startTimeUnixNano", "timeUnixNano")}
                    if not is_decided(metric["name"].removeprefix("p_")):
                        value = sorted(value)
                    found[(metric["name"].removeprefix("p_"),
                           tuple(one for one in attributes if one[0] != "testid"))] = [*about, value]
    return found


def check_opentelemetry(bench: Bench, program: pathlib.Path) -> None:
    for protocol, kind in (("grpc", "grpc"), ("http/protobuf", "http")):
        for form, variables in {"": {}, " pairs": {"K6_OTEL_SINGLE_COUNTER_FOR_RATE": "false"}}.items():
            found = {}
            for name in bench.programs:
                receiver = Receiver(program)
                bench.run(name, "otlp", "opentelemetry", K6_OTEL_EXPORTER_PROTOCOL=protocol,
                          **{f"K6_OTEL_{kind.upper()}_EXPORTER_ENDPOINT": receiver.addresses[kind],
                             f"K6_OTEL_{kind.upper()}_EXPORTER_INSECURE": "true"},
                          K6_OTEL_METRIC_PREFIX="p_", K6_OTEL_HEADERS="X-Key=a%2Cb", K6_OTEL_EXPORT_INTERVAL="200ms",
                          K6_OTEL_SERVICE_NAME="shop", OTEL_RESOURCE_ATTRIBUTES="deployment.environment=test", **variables)
                requests = receiver.end()
                what = f"opentelemetry {protocol}{form} of {name}"
                bench.failures.same({(one["by"], one["key"]) for one in requests}, {(kind, "a,b")}, what)
                resource = {one["key"]: one["value"]["stringValue"]
                            for one in requests[-1]["request"]["resourceMetrics"][0]["resource"]["attributes"]}
                bench.failures.same([resource.get(key) for key in ("service.name", "deployment.environment")],
                                    ["shop", "test"], what)
                found[name] = points_of(requests)
            bench.compare(f"opentelemetry {protocol}{form}", found)


def check_tls(bench: Bench, program: pathlib.Path) -> None:
    """A server with a certificate that only an authority of ours knows, who wants one of the client."""
    certificate, key = bench.folder / "server.pem", bench.folder / "server.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(certificate),
                    "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"],
                   check=True, capture_output=True)
    for protocol, kind in (("grpc", "grpc"), ("http/protobuf", "http")):
        for name in bench.programs:
            receiver = Receiver(program, certificate, key)
            bench.run(name, "tls", "opentelemetry", K6_OTEL_EXPORTER_PROTOCOL=protocol,
                      **{f"K6_OTEL_{kind.upper()}_EXPORTER_ENDPOINT": receiver.addresses[kind]},
                      K6_OTEL_TLS_CERTIFICATE=str(certificate), K6_OTEL_TLS_CLIENT_CERTIFICATE=str(certificate),
                      K6_OTEL_TLS_CLIENT_KEY=str(key))
            bench.failures.same({one["by"] for one in receiver.end()}, {kind}, f"opentelemetry {protocol} of {name} with TLS")


def check_complaint(bench: Bench, program: pathlib.Path) -> None:
    """What is said where the collector has no TLS, or does not keep everything."""
    receiver = Receiver(program)
    for protocol, kind in (("grpc", "GRPC"), ("http/protobuf", "HTTP")):
        said = bench.run("crema", "otlp", "opentelemetry", K6_OTEL_EXPORTER_PROTOCOL=protocol,
                         **{f"K6_OTEL_{kind}_EXPORTER_ENDPOINT": receiver.addresses[kind.lower()]})
        bench.failures.same(f"set K6_OTEL_{kind}_EXPORTER_INSECURE=true" in said, True, said)
    said = bench.run("crema", "otlp", "opentelemetry", K6_OTEL_EXPORTER_PROTOCOL="http/protobuf",
                     K6_OTEL_HTTP_EXPORTER_ENDPOINT=receiver.addresses["http"],
                     K6_OTEL_HTTP_EXPORTER_INSECURE="true", K6_OTEL_HEADERS="X-Key=complain")
    receiver.end()
    bench.failures.same("the collector refuses 3 data points: three too many" in said, True, said)


def build_receiver(folder: pathlib.Path) -> pathlib.Path | None:
    if not shutil.which("go"):
        return None
    source = pathlib.Path(__file__).resolve().parent / "otlp_receiver"
    done = subprocess.run(["go", "build", "-o", str(folder / "receiver"), "."], cwd=source, capture_output=True,
                          text=True, timeout=500, check=False)
    if done.returncode != 0:
        print(done.stderr[-500:])
        return None
    return folder / "receiver"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("crema")
    parser.add_argument("--k6", default=shutil.which("k6"))
    options = parser.parse_args()
    programs = {"crema": [str(pathlib.Path(options.crema).resolve()), "load"]}
    if options.k6:
        programs["k6"] = [options.k6]
    parts = 0
    with tempfile.TemporaryDirectory(prefix="crema-outputs-") as name:
        bench = Bench(pathlib.Path(name), programs)
        for name, check in (("prometheus", check_prometheus), ("influxd", check_influxdb)):
            if shutil.which(name):
                check(bench)
                parts += 1
            else:
                print(f"left out: {name} is not installed")
        receiver = build_receiver(bench.folder)
        if receiver:
            check_opentelemetry(bench, receiver)
            check_complaint(bench, receiver)
            check_tls(bench, receiver)
            parts += 1
        else:
            print("left out: the receiver of OTLP needs Go and its modules")
    for failure in bench.failures:
        print("FAILED", failure)
    if parts == 0:
        return SKIPPED
    print(f"{parts} parts, {len(bench.failures)} failures")
    return 1 if bench.failures else 0


if __name__ == "__main__":
    sys.exit(main())
