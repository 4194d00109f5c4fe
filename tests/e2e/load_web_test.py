"""The page of a load test: served while it runs, as a file, in the report, and what a terminal shows meanwhile.
web/tests/page/load.test.ts opens the pages in Chromium.

usage: load_web_test.py CREMA [--stage FOLDER]
"""
import argparse
import base64
import fcntl
import gzip
import http.client
import json
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
import urllib.parse

import load_server

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SCRIPT = """import http from 'k6/http';
import { check, sleep } from 'k6';
export const options = {
  scenarios: {
    browse: { executor: 'constant-vus', vus: 3, duration: __ENV.LONG },
    pay: { executor: 'constant-arrival-rate', rate: 20, duration: __ENV.LONG, preAllocatedVUs: 5, exec: 'pay' },
  },
  thresholds: { http_req_duration: ['p(95)<5000'], http_req_failed: ['rate<0.01'] },
};
export default function () {
  const response = http.get(`${__ENV.BASE}/json`, { tags: { name: 'menu' } });
  check(response, { '<img src=x onerror=window.owned=1>': (r) => r.status === 200 });
  sleep(0.05);
}
export function pay() {
  http.get(`${__ENV.BASE}/status/${__ITER % 5 === 4 ? 503 : 200}`, { tags: { name: 'stock' } });
}
"""
FAILURES: list[str] = []


def check(fine: bool, text: str) -> None:
    print(f"{'ok' if fine else 'FAILED':<7}{text}")
    if not fine:
        FAILURES.append(text)


class Tests:
    """Load tests in a repository of their own."""

    def __init__(self, crema: str, folder: pathlib.Path, base: str) -> None:
        self.crema, self.folder = crema, folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CREMA_", "K6_"))}
        self.environment = {**kept, "BASE": base, "LONG": "4s", "LC_ALL": "C.UTF-8"}
        (folder / "rush.js").write_text(SCRIPT)
        git = ["git", "-c", "user.name=Test", "-c", "user.email=test@example.com"]
        for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "All"]):
            subprocess.run([*git, *words], cwd=folder, check=True)

    def start(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen([self.crema, "load", "run", "--no-summary", *words, "rush.js"], cwd=self.folder,
                                env={**self.environment, **environment}, text=True,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([self.crema, *words], cwd=self.folder, env=self.environment, text=True,
                              capture_output=True, timeout=120, check=False)


def address_of(process: subprocess.Popen[str]) -> str:
    for line in process.stderr:
        if found := re.match(r"live page: (http://\S+/)", line):
            return found[1]
    sys.exit("no live page was announced")


def ask(address: str, method: str = "GET", path: str = "/", **headers: str) -> http.client.HTTPResponse:
    place = urllib.parse.urlparse(address)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
    connection.request(method, path, headers=headers)
    return connection.getresponse()


def serves_a_page(tests: Tests) -> None:
    process = tests.start("--web", "--web-export", "page.html")
    address = address_of(process)
    check(address.startswith("http://127.0.0.1:"), "the page is on this machine alone")
    events = ask(address, path="/events")
    page = ask(address)
    html = page.read().decode()
    check(page.status == 200 and "default-src 'none'; connect-src 'self';" in html, "the page may ask its own server")
    check(page.headers["Cache-Control"] == "no-store", "nobody keeps the page")
    check(ask(address, "POST").status == 405, "nothing but GET is answered")
    check(ask(address, path="/../etc/passwd").status == 404, "there is no other file")
    check(ask(address, Host="evil.example").status == 421, "a foreign name that leads here gets nothing")
    told = events.read().decode()
    process.stderr.read()
    check(process.wait(60) == 99, "the exit code is the test's own")
    names = re.findall(r"^event: (\w+)$", told, re.M)
    data = [json.loads(line) for line in re.findall(r"^data: (.*)$", told, re.M)]
    check({"second", "state"} <= set(names), "seconds and states are told")
    last = data[-1]
    check(names[-1] == "state" and last["exit"] == 99, "the last state is the end")
    check(len(last["seconds"]) >= 2 and sum(row.get("requests", 0) for row in last["seconds"]) > 50,
          "the last state has all seconds")
    kinds = {code for row in last["seconds"] for code in row.get("failures", [])[::2]}
    check(kinds == {1503}, f"failures are told by their code: {kinds}")
    rows = {(row["scenario"], row["name"], row["method"]): row for row in last["requests"]}
    check(set(rows) == {("browse", "menu", "GET"), ("pay", "stock", "GET")}, "requests are told by name")
    whole = next(metric["count"] for metric in last["metrics"] if metric["name"] == "http_reqs")
    check(sum(row["requests"] for row in rows.values()) == whole, "no request is in none of the rows")
    check(last["checks"][0]["failed"] == 0 and last["checks"][0]["passed"] == rows["browse", "menu", "GET"]["requests"],
          "checks are counted")


def heeds_variables_of_k6(tests: Tests) -> None:
    process = tests.start(LONG="1s", K6_WEB_DASHBOARD="true", K6_WEB_DASHBOARD_PORT="-1",
                          K6_WEB_DASHBOARD_EXPORT="k6.html")
    said = process.communicate(timeout=60)[1]
    check("live page" not in said and (tests.folder / "k6.html").is_file(), "K6_WEB_DASHBOARD_EXPORT without a port")
    process = tests.start(LONG="1s", K6_WEB_DASHBOARD="true")
    check("live page: http://127.0.0.1:" in process.communicate(timeout=60)[1], "K6_WEB_DASHBOARD=true")
    process = tests.start("--web", "256.0.0.1:0")
    check(process.wait(60) != 0 and "report/" in process.stderr.read(), "an address that is none is an error")


def part(html: str, name: str) -> dict[str, object]:
    text = re.search(rf'id="{name}">([^<]+)<', html)
    return json.loads(gzip.decompress(base64.b64decode(text[1]))) if text else {}


def reports_two_of_one_script(tests: Tests) -> None:
    (tests.folder / "small.js").write_text("export default function () {}\n")
    workflow = tests.folder / ".github/workflows/twice.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text("""on: push
jobs:
  load:
    runs-on: ubuntu-latest
    steps:
      - run: |
          crema load run -q --no-summary --duration 1s small.js
          crema load run -q --no-summary --duration 3s small.js
""")
    done = tests.run("run", ".github/workflows/twice.yml")
    check(done.returncode == 0, "a step tests one script twice" + (done.stdout + done.stderr)[-2000:] * bool(done.returncode))
    tests.run("report", "--output", "twice.html")
    html = (tests.folder / "twice.html").read_text()
    planned = [part(html, f"load-{place}").get("planned") for place in (0, 1, 2)]
    check(planned == [1, 3, None], f"both are in the report, in their order: {planned}")
    tests.run("load", "run", "-q", "--no-summary", "--duration", "2s", "small.js")
    tests.run("report", "--output", "next.html")
    beside = part((tests.folder / "next.html").read_text(), "load-0-baseline")
    check(str(beside.get("name", "")).startswith("run ") and bool(beside.get("seconds")),
          "the next run is drawn beside the one before")
    listed = json.loads(tests.run("list", "--format", "json").stdout)["runs"][0]
    began, ended = (listed[name] for name in ("started", "finished"))
    check(began[:19] < ended[:19], f"a run lasts as long as its test: {began} to {ended}")


def shows_in_a_terminal(tests: Tests, columns: int) -> None:
    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen([tests.crema, "load", "run", "rush.js"], cwd=tests.folder, env=tests.environment,
                               stdin=child, stdout=child, stderr=child)
    os.close(child)
    shown = b""
    while True:
        try:
            shown += os.read(parent, 65536)
        except OSError:
            break
    process.wait(60)
    text = re.sub(r"\x1b\[[0-9;]*m", "", shown.decode().replace("\r", ""))
    frames = re.split(r"\x1b\[\d+A\x1b\[J", text)
    # Before the first stands what k6 says at the start, after the last the summary.
    live = [frame for frame in frames[1:-1] if "p(95)" in frame and "users" in frame and "TOTAL" not in frame]
    check(bool(live), f"{columns} columns: there is a picture")
    widest = max((line for frame in live for line in frame.splitlines() if "WARN" not in line), key=len)
    check(len(widest) < columns, f"{columns} columns: no line is wider ({len(widest)}: {widest!r})")
    check(all(word in live[-1] for word in ("browse", "requests/s", "p(99)", "✗ http_req_failed rate<0.01")),
          f"{columns} columns: scenarios, rates and thresholds")
    check(re.search(r"kept as run \d+: `crema report \d+`", frames[-1]) is not None,
          f"{columns} columns: it says where the run is kept")


def opens_in_a_browser(tests: Tests, stage: pathlib.Path) -> None:
    process = tests.start("--web", LONG="10m")
    try:
        environment = {**os.environ, "PAGE": str(tests.folder / "page.html"), "LIVE": address_of(process),
                       "LOAD_PID": str(process.pid)}
        opened = subprocess.run([sys.executable, ROOT / "tools/web.py", "--stage", stage, "page", "page/load.test"],
                                env=environment, check=False)
        check(opened.returncode == 0, "the pages in Chromium")
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(60)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("crema", type=pathlib.Path)
    parser.add_argument("--stage", type=pathlib.Path, help="where the page's packages and tests are put")
    given = parser.parse_args()
    crema = given.crema.resolve()
    with tempfile.TemporaryDirectory(prefix="crema-load-web-") as name:
        tests = Tests(str(crema), pathlib.Path(name), load_server.start())
        serves_a_page(tests)
        heeds_variables_of_k6(tests)
        reports_two_of_one_script(tests)
        for columns in (80, 200):
            shows_in_a_terminal(tests, columns)
        opens_in_a_browser(tests, given.stage or crema.parent.parent / "web-pages")
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
