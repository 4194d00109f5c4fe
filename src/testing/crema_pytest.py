"""Tells crema what pytest's tests do, one JSON object a line, each behind a mark."""
import faulthandler
import json
import os
import re
import sys
import time

import pytest

MARK = "\x1ecrema "
KEPT = 32 * 1024
PART = os.environ.get("CREMA_TEST_PART", "")
NAMES = os.environ.get("CREMA_TEST_NAMES", "")
SHARD = os.environ.get("CREMA_TEST_SHARD", "")
ROOT = os.environ.get("CREMA_TEST_ROOT", "")
FOLDERS = {name: part for part in ("integration", "e2e") for name in os.environ.get("CREMA_TEST_" + part.upper(), "").split()}


def shortened(text):
    return text if len(text) <= 2 * KEPT else f"{text[:KEPT]}\n... left out ...\n{text[-KEPT:]}"


def part_of(item):
    """A marker says it, else the innermost folder that is called so."""
    for part in ("e2e", "integration"):
        if item.get_closest_marker(part):
            return part
    folders = os.path.relpath(str(item.fspath), ROOT or str(item.config.rootdir)).split(os.sep)[:-1]
    return next((FOLDERS[name] for name in reversed(folders) if name in FOLDERS), "unit")


class Reporter:
    def __init__(self, config):
        self.config = config
        # pytest puts files in the place of both while a test runs.
        self.out = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="backslashreplace")
        self.err = os.fdopen(os.dup(2), "w")
        self.deadline = time.monotonic() + float(os.environ.get("CREMA_TEST_TIMEOUT") or 0)
        self.phases = {}
        self.left = {}  # by file: how many of its tests have not ended

    def tell(self, **event):
        self.out.write(MARK + json.dumps(event) + "\n")
        self.out.flush()

    def place(self, location):
        return os.path.normpath(os.path.join(str(self.config.rootdir), location))

    def of(self, report):
        file, line, domain = report.location
        words = report.nodeid.split("::")
        title = words[-1]
        # A parameter may have "::" in it.
        if "[" in report.nodeid:
            head, _, parameters = report.nodeid.partition("[")
            words = head.split("::")
            title = words[-1] + "[" + parameters
        return {"file": self.place(words[0]), "line": (line or 0) + 1 if file == words[0] else 0,
                "group": "::".join(words[1:-1]), "title": title}

    # What runs

    def pytest_sessionstart(self):
        self.tell(event="begin", version=pytest.__version__)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config, items):
        chosen = [item for item in items if self.is_chosen(item)]
        if SHARD:
            index, count = (int(word) for word in SHARD.split("/"))
            begin, end = len(chosen) * (index - 1) // count, len(chosen) * index // count
            chosen = chosen[begin:end]
        if len(chosen) == len(items):
            return
        kept = set(chosen)
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = chosen

    @staticmethod
    def is_chosen(item):
        if PART and part_of(item) != PART:
            return False
        return not NAMES or re.search(NAMES, item.name) is not None

    def pytest_collection_finish(self, session):
        for item in session.items:
            file = self.place(item.nodeid.split("::")[0])
            self.left[file] = self.left.get(file, 0) + 1

    # What is told

    def pytest_collectreport(self, report):
        if not report.failed:
            return
        file = self.place(report.nodeid.split("::")[0]) if report.nodeid else ROOT
        self.tell(event="suite_end", file=file, kind="build", errors=[self.error(report)])

    def pytest_runtest_logstart(self, nodeid, location):
        self.dump_before_the_deadline()
        report = type("", (), {"nodeid": nodeid, "location": location})
        self.tell(event="test", **self.of(report))

    def dump_before_the_deadline(self):
        """What a test that never ends was doing: said a second before it is stopped."""
        left = self.deadline - time.monotonic() - 1
        if left > 0:
            faulthandler.dump_traceback_later(left, file=self.err)

    def pytest_runtest_logreport(self, report):
        self.phases.setdefault(report.nodeid, []).append(report)

    def pytest_runtest_logfinish(self, nodeid, location):
        faulthandler.cancel_dump_traceback_later()
        reports = self.phases.pop(nodeid, [])
        # Plugins that run tests again report a phase several times; the last one counts.
        attempts = [[]]
        for report in reports:
            if report.when == "setup" and attempts[-1]:
                attempts.append([])
            attempts[-1].append(report)
        for retry, attempt in enumerate(attempts):
            if attempt:
                self.end(attempt, retry)
        file = self.place(nodeid.split("::")[0])
        self.left[file] = self.left.get(file, 0) - 1
        if self.left[file] == 0:
            self.tell(event="suite_end", file=file)

    def end(self, reports, retry):
        failed = [report for report in reports if report.outcome in ("failed", "rerun")]
        call = next((report for report in reports if report.when == "call"), None)
        skipped = next((report for report in reports if report.outcome == "skipped"), None)
        status, kind, reason = "passed", "", ""
        if failed:
            status, kind = "failed", self.kind_of(failed[0])
        elif skipped:
            status, reason = "skipped", self.reason(skipped)
        elif call is not None and hasattr(call, "wasxfail"):
            reason = "passed, and was expected to fail"
        output = "".join(f"{text}\n" for name, text in reports[-1].sections if text.strip()) if failed else ""
        self.tell(event="end", **self.of(reports[0]), status=status, kind=kind, retry=retry, reason=reason,
                  started=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(getattr(reports[0], "start", time.time()))),
                  duration=sum(report.duration for report in reports),
                  errors=[self.error(report) for report in failed], output=shortened(output))

    @staticmethod
    def kind_of(report):
        if report.when != "call":
            return "setup"
        crash = getattr(report.longrepr, "reprcrash", None)
        message = getattr(crash, "message", "") or str(report.longrepr)
        if re.match(r"Failed: Timeout|.*\bTimeout >", message):
            return "timeout"
        return "assertion" if re.match(r"AssertionError|assert |Failed: |\[XPASS", message) else "panic"

    @staticmethod
    def reason(report):
        if hasattr(report, "wasxfail"):
            return "expected to fail: " + report.wasxfail if report.wasxfail else "expected to fail"
        text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr or "")
        return text.removeprefix("Skipped: ")

    def error(self, report):
        crash = getattr(report.longrepr, "reprcrash", None)
        text = str(report.longrepr)
        message = crash.message if crash else self.last_error(text)
        entries = getattr(getattr(report.longrepr, "reprtraceback", None), "reprentries", [])
        places = [entry.reprfileloc for entry in entries if getattr(entry, "reprfileloc", None)]
        places = [(place.path, place.lineno) for place in places]
        # An error of collecting is text alone.
        places = places or [(file, int(line)) for file, line in re.findall(r"^(\S+\.py):(\d+):", text, re.M)]
        file, line = self.own_place(places) or ((crash.path, crash.lineno) if crash else ("", 0))
        return {"text": shortened(message), "snippet": shortened(text), "line": line,
                "file": self.shown(file) if file else ""}

    def own_place(self, places):
        own = [(file, line) for file, line in places
               if "site-packages" not in file and self.shown(file).startswith(ROOT + os.sep)
               and os.path.isfile(self.shown(file))]
        return own[-1] if own else None

    def shown(self, file):
        return os.path.normpath(os.path.join(str(self.config.invocation_params.dir), file))

    @staticmethod
    def last_error(text):
        errors = [line[1:].strip() for line in text.splitlines() if line.startswith("E ")]
        return errors[0] if errors else text.strip().splitlines()[-1] if text.strip() else "it failed"

    def pytest_internalerror(self, excrepr):
        self.tell(event="error", text=str(excrepr))


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    # Workers of pytest-xdist run tests; what they report arrives where crema listens.
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Reporter(config), "crema")

