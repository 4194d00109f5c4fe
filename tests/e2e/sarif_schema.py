"""What crema writes as SARIF is valid by the official schema (errata 01 of SARIF 2.1.0).

    sarif_schema.py EVIDENCE_TEST

The schema comes out of a Go module of this version and checksum, fetched once through the Go proxy.
Ends with 77 (skipped) when the proxy cannot be reached, and says so.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

MODULE = "github.com/owenrumney/go-sarif/v3@v3.3.1"
CHECKSUM = "h1:bKY8YnWcY8zYTiGVObC5wZLlfEvMkCxK9XMGXBbzEtQ="
FILE = "pkg/report/v210/sarif/schema.go"
SKIPPED = 77


def validator():
    """jsonschema, of this Python or of the system's."""
    try:
        import jsonschema
        return jsonschema
    except ImportError:
        system = "/usr/bin/python3"
        if os.path.realpath(sys.executable) == os.path.realpath(system) or not os.path.exists(system):
            sys.exit("sarif_schema: python3-jsonschema is missing: run `./dev setup`")
        os.execv(system, [system, *sys.argv])


def go() -> str:
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    own = cache / "crema/go/bin/go"
    found = str(own) if own.exists() else shutil.which("go")
    if not found:
        print("sarif_schema: skipped: there is no Go to fetch the schema with")
        sys.exit(SKIPPED)
    return found


def schema() -> dict:
    environment = {**os.environ, "GOFLAGS": "-mod=mod"}
    with tempfile.TemporaryDirectory() as folder:
        got = subprocess.run([go(), "mod", "download", "-json", MODULE], cwd=folder, env=environment,
                             capture_output=True, text=True, check=False)
    module = json.loads(got.stdout) if got.stdout.startswith("{") else {}
    if "Dir" not in module:
        print(f"sarif_schema: skipped: {MODULE} cannot be fetched: {module.get('Error', got.stderr)}")
        sys.exit(SKIPPED)
    if module["Sum"] != CHECKSUM:
        sys.exit(f"sarif_schema: {MODULE} has checksum {module['Sum']}, not {CHECKSUM}")
    source = (pathlib.Path(module["Dir"]) / FILE).read_text(encoding="utf-8")
    return json.loads(source[source.index("`") + 1:source.rindex("`")])


def written(evidence_test: str) -> dict:
    """What the unit test of the writer has written."""
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "report.json"
        subprocess.run([evidence_test, "--gtest_filter=Sarif.ReadsBackWhatIsWritten",
                        f"--gtest_output=json:{report}"], check=True, stdout=subprocess.DEVNULL)
        suites = json.loads(report.read_text(encoding="utf-8"))["testsuites"]
    return json.loads(suites[0]["testsuite"][0]["sarif"])


def main() -> int:
    jsonschema = validator()
    document = written(sys.argv[1])
    checker = jsonschema.Draft4Validator(schema(), format_checker=jsonschema.FormatChecker())
    problems = list(checker.iter_errors(document))
    for problem in problems:
        print(f"{'/'.join(map(str, problem.absolute_path))}: {problem.message}")
    # A checker that accepts anything proves nothing.
    document["runs"][0]["results"][0]["level"] = "fatal"
    if not list(checker.iter_errors(document)):
        problems.append("a wrong document is accepted")
    print(f"sarif_schema: {len(document['runs'])} runs, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
