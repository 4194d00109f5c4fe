"""crema test on one repository with tests of many frameworks: Jest, Vitest, node:test, pytest, Cargo, CTest.
Every end a test can have, flaky tests, shards, parts, a test that never ends.
usage: frameworks_test.py CREMA
"""
import fcntl
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent / "frameworks"

JEST = {
    "jest/package.json": '{"scripts": {"test": "jest --testTimeout 5000"}, "devDependencies": {"jest": "29"}}',
    "jest/sum.js": "exports.sum = (a, b) => a + b;\nexports.never = () => {\n  return 1;\n};\n",
    "jest/sum.test.js": """const { sum } = require("./sum");
test("adds", () => expect(sum(1, 2)).toBe(3));
describe("group", () => {
  test("is wrong", () => expect(sum(1, 2)).toBe(4));
  test("throws", () => { null.x; });
  test.skip("later", () => {});
  test("waits", () => new Promise(() => {}), 100);
});
""",
    "jest/broken.test.js": 'require("./nothing");\n',
    "jest/flaky.test.js": """const fs = require("fs");
test("flaky", () => {
  const flag = process.env.FLAG + ".jest", there = fs.existsSync(flag);
  fs.writeFileSync(flag, "");
  expect(there).toBe(true);
});
""",
    "jest/integration/db.test.js": 'test("integrates", () => {});\n',
}
VITEST = {
    "vitest/package.json": '{"type": "module", "scripts": {"test": "vitest"}, "devDependencies": {"vitest": "3"}}',
    "vitest/sum.js": "export const sum = (a, b) => a + b;\nexport const never = () => {\n  return 1;\n};\n",
    "vitest/sum.test.js": """import { describe, expect, test } from "vitest";
import { sum } from "./sum.js";
test("adds", () => expect(sum(1, 2)).toBe(3));
describe("group", () => {
  test("is wrong", () => expect(sum(1, 2)).toBe(4));
  test("throws", () => { null.x; });
  test.skip("later", () => {});
  test("waits", () => new Promise(() => {}), 100);
});
""",
    "vitest/broken.test.js": 'import "./nothing.js";\n',
    "vitest/flaky.test.js": """import fs from "node:fs";
import { expect, test } from "vitest";
test("flaky", () => {
  const flag = process.env.FLAG + ".vitest", there = fs.existsSync(flag);
  fs.writeFileSync(flag, "");
  expect(there).toBe(true);
});
""",
    "vitest/integration/db.test.js": 'import { test } from "vitest";\ntest("integrates", () => {});\n',
}
NODE = {
    "node/package.json": '{"scripts": {"test": "node --test"}}',
    "node/sum.js": "exports.sum = (a, b) => a + b;\nexports.never = () => {\n  return 1;\n};\n",
    "node/sum.test.js": """const { describe, it, test } = require("node:test");
const assert = require("node:assert");
const { sum } = require("./sum");
test("adds", () => assert.equal(sum(1, 2), 3));
describe("group", () => {
  it("is wrong", () => assert.equal(sum(1, 2), 4));
  it("throws", () => { null.x; });
  it.skip("later", () => {});
  it.todo("sometime", () => assert.ok(false));
  it("waits", { timeout: 100 }, () => new Promise((done) => setTimeout(done, 1000)));
});
test("outer", async (t) => t.test("inner", () => {}));
""",
    "node/hooks.test.js": """const { before, describe, it } = require("node:test");
describe("hooks", () => {
  before(() => { throw new Error("no database"); });
  it("never", () => {});
});
""",
    "node/broken.test.js": 'require("./nothing");\n',
    "node/exits.test.js": 'require("node:test")("exits", () => process.exit(3));\n',
    "node/flaky.test.js": """const fs = require("fs");
require("node:test")("flaky", () => {
  const flag = process.env.FLAG + ".node", there = fs.existsSync(flag);
  fs.writeFileSync(flag, "");
  require("node:assert").ok(there, "not there");
});
""",
    "node/integration/db.test.js": 'require("node:test")("integrates", () => {});\n',
}
PYTEST = {
    "py/pytest.ini": "[pytest]\nmarkers = integration: on services\n",
    "py/calc.py": "def add(a, b):\n    return a + b\n\n\ndef never():\n    return 1\n",
    "py/test_calc.py": """import os
import pytest
from calc import add

@pytest.fixture
def bad():
    raise RuntimeError("no database")

def test_adds():
    assert add(1, 2) == 3

class TestGroup:
    @pytest.mark.parametrize("wanted", [3, 4])
    def test_wrong(self, wanted):
        assert add(1, 2) == wanted

def test_throws():
    {}["x"]

def test_fixture(bad):
    pass

@pytest.mark.skip(reason="not yet")
def test_later():
    pass

@pytest.mark.xfail(reason="known")
def test_expected():
    assert False

@pytest.mark.integration
def test_integrates():
    pass

def test_flaky():
    flag = os.environ["FLAG"] + ".pytest"
    there = os.path.exists(flag)
    open(flag, "w").close()
    assert there
""",
    "py/test_broken.py": "import nothing\n",
}
CARGO = {
    "rust/Cargo.toml": '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2021"\n',
    "rust/src/lib.rs": """/// ```
/// assert_eq!(shop::add(1, 2), 3);
/// ```
pub fn add(a: i32, b: i32) -> i32 { a + b }

#[cfg(test)]
mod tests {
    #[test]
    fn adds() { assert_eq!(crate::add(1, 2), 3); }
    #[test]
    fn is_wrong() { assert_eq!(crate::add(1, 2), 4); }
    #[test]
    fn throws() { None::<i32>.unwrap(); }
    #[test]
    #[ignore = "not yet"]
    fn later() {}
    #[test]
    fn flaky() {
        let flag = std::env::var("FLAG").unwrap() + ".cargo";
        let there = std::path::Path::new(&flag).exists();
        std::fs::write(&flag, "").unwrap();
        assert!(there);
    }
}
""",
    "rust/tests/aborts.rs": "#[test] fn aborts() { std::process::abort(); }\n#[test] fn fine() {}\n",
    "rust/tests/broken.rs": '#[test] fn broken() { let _: i32 = "a"; }\n',
    "rust/tests/integration_db.rs": "#[test] fn integrates() {}\n",
}
CTEST = {
    "cmake/CMakeLists.txt": """cmake_minimum_required(VERSION 3.16)
project(check C)
enable_testing()
add_executable(check check.c)
foreach(name adds is_wrong crashes later flaky)
  add_test(NAME ${name} COMMAND check ${name})
endforeach()
set_tests_properties(later PROPERTIES SKIP_RETURN_CODE 77)
add_test(NAME missing COMMAND no-such-program)
add_subdirectory(integration)
""",
    "cmake/integration/CMakeLists.txt": "add_test(NAME integrates COMMAND check adds)\n",
    "cmake/check.c": """#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <unistd.h>
int main(int count, char **words) {
  if (strcmp(words[1], "is_wrong") == 0) { printf("%s:%d: 3 is not 4\\n", __FILE__, __LINE__); return 1; }
  if (strcmp(words[1], "crashes") == 0) raise(SIGSEGV);
  if (strcmp(words[1], "later") == 0) return 77;
  if (strcmp(words[1], "flaky") == 0) {
    char flag[4096];
    snprintf(flag, sizeof flag, "%s.ctest", getenv("FLAG"));
    int there = access(flag, F_OK) == 0;
    FILE *file = fopen(flag, "w");
    fclose(file);
    return there ? 0 : 1;
  }
  return count == 2 ? 0 : 1;
}
""",
}

# (suite, case) -> outcome, kind, place, what is said. A case "" is the suite itself.
WANTED = {
    "jest": {
        ("jest/sum.test.js", "adds"): ("passed", "none", "jest/sum.test.js:2", ""),
        ("jest/sum.test.js", "is wrong"): ("failed", "assertion", "jest/sum.test.js:4", "toBe"),
        ("jest/sum.test.js", "throws"): ("failed", "panic", "jest/sum.test.js:5", "TypeError"),
        ("jest/sum.test.js", "later"): ("skipped", "none", "jest/sum.test.js:6", ""),
        ("jest/sum.test.js", "waits"): ("failed", "timeout", "jest/sum.test.js:7", "Exceeded timeout"),
        ("jest/broken.test.js", ""): ("failed", "build", "", "jest/broken.test.js:1: "),
        ("jest/flaky.test.js", "flaky"): ("passed", "flaky", "jest/flaky.test.js:2", ""),
    },
    "vitest": {
        ("vitest/sum.test.js", "adds"): ("passed", "none", "", ""),
        ("vitest/sum.test.js", "is wrong"): ("failed", "assertion", "vitest/sum.test.js:5", "expected 3 to be 4"),
        ("vitest/sum.test.js", "throws"): ("failed", "panic", "vitest/sum.test.js:6", "TypeError"),
        ("vitest/sum.test.js", "later"): ("skipped", "none", "", ""),
        ("vitest/sum.test.js", "waits"): ("failed", "timeout", "vitest/sum.test.js:8", "timed out"),
        ("vitest/broken.test.js", ""): ("failed", "build", "", "vitest/broken.test.js:1: "),
        ("vitest/flaky.test.js", "flaky"): ("passed", "flaky", "", ""),
    },
    "node": {
        ("node/sum.test.js", "adds"): ("passed", "none", "node/sum.test.js:4", ""),
        ("node/sum.test.js", "is wrong"): ("failed", "assertion", "node/sum.test.js:6", "3 == 4"),
        ("node/sum.test.js", "throws"): ("failed", "panic", "node/sum.test.js:7", "TypeError"),
        ("node/sum.test.js", "later"): ("skipped", "none", "node/sum.test.js:8", ""),
        ("node/sum.test.js", "sometime"): ("skipped", "none", "node/sum.test.js:9", "todo"),
        ("node/sum.test.js", "waits"): ("failed", "timeout", "node/sum.test.js:10", "timed out"),
        ("node/sum.test.js", "inner"): ("passed", "none", "", ""),
        ("node/sum.test.js", "outer"): ("passed", "none", "", ""),
        ("node/hooks.test.js", "hooks"): ("failed", "setup", "node/hooks.test.js:3", "no database"),
        ("node/hooks.test.js", "never"): ("failed", "setup", "node/hooks.test.js:4", "cancelled"),
        ("node/broken.test.js", ""): ("failed", "build", "", "node/broken.test.js:1: "),
        ("node/exits.test.js", ""): ("failed", "crash", "", "code 3"),
        ("node/flaky.test.js", "flaky"): ("passed", "flaky", "node/flaky.test.js:2", ""),
    },
    "pytest": {
        ("py/test_calc.py", "test_adds"): ("passed", "none", "py/test_calc.py:9", ""),
        ("py/test_calc.py", "test_wrong[3]"): ("passed", "none", "", ""),
        ("py/test_calc.py", "test_wrong[4]"): ("failed", "assertion", "py/test_calc.py:15", "assert 3 == 4"),
        ("py/test_calc.py", "test_throws"): ("failed", "panic", "py/test_calc.py:18", "KeyError"),
        ("py/test_calc.py", "test_fixture"): ("failed", "setup", "py/test_calc.py:7", "no database"),
        ("py/test_calc.py", "test_later"): ("skipped", "none", "", "not yet"),
        ("py/test_calc.py", "test_expected"): ("skipped", "none", "", "expected to fail: known"),
        ("py/test_calc.py", "test_flaky"): ("passed", "flaky", "", ""),
        ("py/test_broken.py", ""): ("failed", "build", "", "py/test_broken.py:1: ModuleNotFoundError"),
    },
    "cargo": {
        ("rust/src/lib.rs", "tests::adds"): ("passed", "none", "", ""),
        ("rust/src/lib.rs", "tests::is_wrong"): ("failed", "assertion", "rust/src/lib.rs:11", "left == right"),
        ("rust/src/lib.rs", "tests::throws"): ("failed", "panic", "rust/src/lib.rs:13", "unwrap()"),
        ("rust/src/lib.rs", "tests::later"): ("skipped", "none", "", ""),
        ("rust/src/lib.rs", "tests::flaky"): ("passed", "flaky", "", ""),
        ("rust/tests/aborts.rs", "aborts"): ("failed", "crash", "", ""),
        ("rust/tests/aborts.rs", "fine"): ("passed", "none", "", ""),
        ("rust/tests/broken.rs", ""): ("failed", "build", "", "mismatched types"),
        ("doc-tests shop", "src/lib.rs - add (line 1)"): ("passed", "none", "", ""),
    },
    "ctest": {
        ("cmake", "adds"): ("passed", "none", "cmake/CMakeLists.txt:6", ""),
        ("cmake", "is_wrong"): ("failed", "assertion", "cmake/check.c:7", "3 is not 4"),
        ("cmake", "crashes"): ("failed", "crash", "", "SegFault"),
        ("cmake", "later"): ("skipped", "none", "", ""),
        ("cmake", "flaky"): ("passed", "flaky", "", ""),
        ("cmake", "missing"): ("failed", "build", "", ""),
    },
}
INTEGRATION = {("jest/integration/db.test.js", "integrates"), ("node/integration/db.test.js", "integrates"), ("vitest/integration/db.test.js", "integrates"),
               ("py/test_calc.py", "test_integrates"), ("rust/tests/integration_db.rs", "integrates"),
               ("cmake/integration", "integrates")}
HANGS = {
    "jest/hangs.test.js": 'test("fine", () => {});\ntest("hangs", () => { for (;;) {} });\n',
    "vitest/hangs.test.js": 'import { test } from "vitest";\ntest("hangs", () => { for (;;) {} });\n',
    "node/hangs.test.js": 'const test = require("node:test");\ntest("fine", () => {});\n'
                          'test("hangs", () => new Promise((done) => setTimeout(done, 1e6)));\n',
    "py/test_hangs.py": "import time\ndef test_hangs():\n    time.sleep(1000)\n",
    "rust/tests/hangs.rs": "#[test] fn hangs() { std::thread::sleep(std::time::Duration::from_secs(1000)); }\n",
}
CRASH = "import ctypes\ndef test_fine(): pass\ndef test_crashes(): ctypes.string_at(0)\n"


def javascript_packages() -> pathlib.Path:
    """The node_modules of the lock: installed once, for all build folders."""
    digest = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()[:16]
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "crema"
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / f"frameworks-{digest}"
    with open(f"{folder}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            fresh = folder.with_name(folder.name + ".new")
            shutil.rmtree(fresh, ignore_errors=True)
            shutil.copytree(HERE, fresh)
            subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
                           cwd=fresh, check=True, stdout=subprocess.DEVNULL)
            fresh.rename(folder)
    return folder / "node_modules"


def node_covers() -> bool:
    version = subprocess.run(["node", "--version"], check=True, text=True, stdout=subprocess.PIPE).stdout
    return tuple(int(number) for number in version.strip().lstrip("v").split(".")[:2]) >= (20, 11)


def python_with_pytest() -> str | None:
    for python in ("/usr/bin/python3", sys.executable):
        if os.path.exists(python) and subprocess.run([python, "-c", "import pytest, pytest_cov"], check=False,
                                                     stderr=subprocess.DEVNULL).returncode == 0:
            return python
    return None


def write(root: pathlib.Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def make_repository(root: pathlib.Path) -> list[str]:
    """The frameworks that are in it: those that this machine can run."""
    frameworks = []
    if shutil.which("node") and shutil.which("npm"):
        os.symlink(javascript_packages(), root / "node_modules")
        write(root, JEST | VITEST)
        frameworks += ["jest", "vitest"]
    if shutil.which("node"):
        write(root, NODE)
        frameworks.append("node")
    if python := python_with_pytest():
        write(root, PYTEST)
        subprocess.run([python, "-m", "venv", "--without-pip", "--system-site-packages", root / "py/.venv"], check=True)
        frameworks.append("pytest")
    if shutil.which("cargo"):
        write(root, CARGO)
        frameworks.append("cargo")
    if shutil.which("ctest") and shutil.which("cc"):
        write(root, CTEST)
        frameworks.append("ctest")
    return frameworks


class Repository:
    def __init__(self, crema: str, root: pathlib.Path):
        self.crema, self.root, self.problems, self.flag = crema, root, [], 0

    def test(self, *words: str) -> list[dict]:
        self.flag += 1
        run = subprocess.run([self.crema, "test", *words, "--format", "json"], cwd=self.root, text=True,
                             env={**os.environ, "FLAG": f"{self.root}/.flag{self.flag}"}, timeout=120,
                             stdin=subprocess.DEVNULL, capture_output=True, check=False)
        try:
            return json.loads(run.stdout)["records"]
        except (ValueError, KeyError):
            self.problems.append(f"crema test {' '.join(words)} ended with {run.returncode}:\n{run.stdout}{run.stderr}")
            return []

    def expect(self, holds: bool, problem: str) -> None:
        if not holds:
            self.problems.append(problem)


def results_of(records: list[dict]) -> dict[tuple[str, str], tuple]:
    results = {}
    for suite in records:
        if suite["kind"] != "test_suite":
            continue
        if suite.get("kind_of_failure"):
            results[suite["name"], ""] = (suite["outcome"], suite["kind_of_failure"], "", suite.get("message", ""))
        for case in suite.get("cases", []):
            flaky = case["outcome"] == "passed" and any(one["outcome"] == "failed" for one in case.get("earlier", []))
            place = f"{case['file']}:{case.get('line', 0)}" if case.get("file") else ""
            results[suite["name"], case["name"]] = (
                case["outcome"], "flaky" if flaky else case.get("kind", "none"), place, case.get("message", ""))
    return results


def check_ends(repository: Repository, frameworks: list[str]) -> None:
    records = repository.test("unit", "--retries", "1")
    found = results_of(records)
    wanted = {key: value for name in frameworks for key, value in WANTED[name].items()}
    for key, (outcome, kind, place, said) in wanted.items():
        if key not in found:
            repository.problems.append(f"{key} is not told of")
            continue
        has = found[key]
        repository.expect(has[0] == outcome and has[1] == kind, f"{key} is {has[:2]}, not {outcome}, {kind}")
        repository.expect(place in ("", has[2]), f"{key} stands at {has[2]}, not {place}")
        repository.expect(said in has[3], f"{key} says {has[3]!r}, not {said!r}")
    for key in found.keys() - wanted.keys():
        repository.problems.append(f"{key} is told of, and is none: {found[key]}")
    covered = {file["path"]: [block[5] if len(block) > 5 else 0 for block in file["blocks"]] for record in records if record["kind"] == "coverage"
               for file in record["files"]}
    for name, file in {"jest": "jest/sum.js", "vitest": "vitest/sum.js", "node": "node/sum.js", "pytest": "py/calc.py"}.items():
        if name == "node" and name in frameworks and not node_covers():
            continue
        counts = covered.get(file, [])
        repository.expect(name not in frameworks or (0 in counts and any(counts)),
                          f"coverage of {file} is {counts} among {sorted(covered)}")
    repository.expect(not any("test" in path.rsplit("/", 1)[-1] for path in covered), f"tests are covered: {sorted(covered)}")


def check_parts(repository: Repository, frameworks: list[str]) -> None:
    folders = {"jest": "jest", "vitest": "vitest", "node": "node", "pytest": "py", "cargo": "rust", "ctest": "cmake"}
    found = {key for key in results_of(repository.test("integration", "--no-cover", "--compose", "none")) if key[1]}
    wanted = {key for key in INTEGRATION if key[0].split("/")[0] in {folders[name] for name in frameworks}}
    repository.expect(found == wanted, f"integration tests are {sorted(found)}, not {sorted(wanted)}")


def check_shards(repository: Repository, frameworks: list[str]) -> None:
    shards = [{key for key in results_of(repository.test("unit", "--no-cover", "--shard", f"{i}/2")) if key[1]} for i in (1, 2)]
    wanted = {key for name in frameworks for key in WANTED[name] if key[1]}
    repository.expect(not shards[0] & shards[1], f"in both shards: {sorted(shards[0] & shards[1])}")
    repository.expect(shards[0] | shards[1] == wanted, f"in one of all and shards: {sorted((shards[0] | shards[1]) ^ wanted)}")
    repository.expect(bool(shards[0]) and bool(shards[1]), "a shard is empty")


def check_names(repository: Repository) -> None:
    found = {key[1] for key, value in results_of(repository.test("unit", "--no-cover", "--run", "adds")).items() if key[1]}
    found.discard("hooks")  # Node.js 20 runs the hooks of groups whose tests it leaves out
    repository.expect(all("adds" in name for name in found) and len(found) >= 3, f"--run adds runs {sorted(found)}")


def check_hangs(repository: Repository, frameworks: list[str]) -> None:
    names = {"jest": "jest/hangs.test.js", "vitest": "vitest/hangs.test.js", "node": "node/hangs.test.js", "pytest": "py/test_hangs.py",
             "cargo": "rust/tests/hangs.rs"}
    for name in ("jest/broken.test.js", "vitest/broken.test.js", "node/broken.test.js", "node/exits.test.js", "node/hooks.test.js", "rust/tests/broken.rs", "rust/tests/aborts.rs"):
        (repository.root / name).unlink(missing_ok=True)
    write(repository.root, {file: HANGS[file] for name, file in names.items() if name in frameworks})
    folders = sorted({file.split("/")[0] for name, file in names.items() if name in frameworks})
    begin = time.monotonic()
    found = results_of(repository.test("unit", *folders, "--no-cover", "--timeout", "12s"))
    took = time.monotonic() - begin
    for name, file in names.items():
        ends = [value for key, value in found.items() if key[0] == file and value[0] == "failed"]
        repository.expect(name not in frameworks or [end[1] for end in ends] == ["timeout"], f"{file} ends as {ends}")
    repository.expect(took < 60, f"what hangs took {took:.0f} s")


def check_crash(repository: Repository) -> None:
    (repository.root / "py/test_hangs.py").unlink()
    write(repository.root, {"py/test_crashes.py": CRASH})
    found = results_of(repository.test("unit", "py", "--no-cover", "--run", "crashes|fine"))
    crash = found.get(("py/test_crashes.py", "test_crashes"), ())
    repository.expect(crash[:3] == ("failed", "crash", "py/test_crashes.py:3"), f"a crash is {crash}")
    repository.expect(found.get(("py/test_crashes.py", "test_fine"), ("",))[0] == "passed", "the test before it is lost")


def main() -> int:
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="crema-frameworks-") as name:
        root = pathlib.Path(name).resolve()
        subprocess.run(["git", "init", "-q", root], check=True)
        frameworks = make_repository(root)
        for one in WANTED.keys() - set(frameworks):
            print(f"skipped: {one} is not installed")
        repository = Repository(os.path.abspath(sys.argv[1]), root)
        check_ends(repository, frameworks)
        check_parts(repository, frameworks)
        check_shards(repository, frameworks)
        check_names(repository)
        check_hangs(repository, frameworks)
        if "pytest" in frameworks:
            check_crash(repository)
    for problem in repository.problems:
        print(problem)
    print(f"{', '.join(frameworks)} in {time.monotonic() - begin:.1f} s, {len(repository.problems)} problems")
    return 1 if repository.problems else 0


if __name__ == "__main__":
    sys.exit(main())
