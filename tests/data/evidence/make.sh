#!/usr/bin/env bash
# Makes the reports of this folder: writes small projects, runs the real tools on them, and keeps
# what they wrote with neutral paths. README.md names the versions.
#
#   make.sh TOOLS WORK [NAME...]
#
# TOOLS holds py/ (a virtual environment), js/node_modules and gobin/; phpunit, lcov, g++, cmake,
# GoogleTest, Maven and a JDK come from Debian. WORK is an empty folder. NAME: only these reports.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
tools=$(cd "$1" && pwd)
mkdir -p "$2" && work=$(cd "$2" && pwd)
shift 2

# keep FILE NAME: a report of the project at hand, as NAME in this folder.
keep() {
  mkdir -p "$(dirname "$here/$2")"
  sed -e "s#file://$PWD#file:///home/ci/project#g" -e "s#$PWD#/home/ci/project#g" \
    -e "s#$tools#/opt/tools#g" -e "s#$work#/home/ci#g" -e "s#$HOME/[^\"'<: ]*#/home/ci/x#g" \
    -e "s#$(hostname)#runner#g" "$1" > "$here/$2"
}

python_project() {
  cat > menu.py <<'EOF'
def price(size, large=False):
    if size < 0:
        raise ValueError("size")
    if large and size > 2:
        return 5
    return 3


class Bill:
    def total(self, prices):
        return sum(prices)

    def refund(self):
        return 0
EOF
  cat > test_menu.py <<'EOF'
import random
import time

import pytest

from menu import Bill, price

tries = []


def test_small():
    assert price(1) == 3


def test_wrong():
    assert price(3, large=True) == 4, "too dear"


@pytest.mark.parametrize("size", [0, -1])
def test_sizes(size):
    price(size)


@pytest.mark.skip(reason="not today")
def test_later():
    pass


@pytest.mark.xfail(reason="known")
def test_known():
    assert False


@pytest.fixture
def database():
    raise RuntimeError("no database")


def test_stored(database):
    pass


@pytest.mark.timeout(0.3)
def test_slow():
    print("waits")
    time.sleep(2)


class TestBill:
    def test_total(self):
        assert Bill().total([1, 2]) == 3
EOF
}

pytest() {
  python_project
  "$tools/py/bin/pytest" -q -p no:cacheprovider --junitxml=xunit2.xml > log || true
  "$tools/py/bin/pytest" -q -p no:cacheprovider -o junit_family=xunit1 --junitxml=xunit1.xml > log || true
  printf 'import nothing_here\n' > test_broken.py
  "$tools/py/bin/pytest" -q -p no:cacheprovider --junitxml=broken.xml test_broken.py > log || true
  keep xunit2.xml pytest/xunit2.xml
  keep xunit1.xml pytest/xunit1.xml
  keep broken.xml pytest/broken.xml
}

coverage_py() {
  python_project
  "$tools/py/bin/coverage" run --branch -m pytest -q -k 'small or total' > log
  "$tools/py/bin/coverage" xml -q --include=menu.py -o cobertura.xml
  "$tools/py/bin/coverage" lcov -q --include=menu.py -o lcov.info
  keep cobertura.xml coverage-py/cobertura.xml
  keep lcov.info coverage-py/lcov.info
}

js_project() {
  ln -sfn "$tools/js/node_modules" node_modules
  mkdir -p src
  cat > src/menu.js <<'EOF'
function price(size, large) {
  if (size < 0) throw new Error('size');
  return large && size > 2 ? 5 : 3;
}
const refund = () => 0;
module.exports = { price, refund };
EOF
}

jest() {
  js_project
  cat > src/menu.test.js <<'EOF'
const { price } = require('./menu');
describe('menu', () => {
  test('small', () => expect(price(1)).toBe(3));
  describe('large', () => {
    test('is dear', () => expect(price(3, true)).toBe(4));
    test.skip('later', () => {});
    test.todo('refund');
  });
  test('throws', () => undefined.size);
  test('slow', () => new Promise(() => {}), 50);
});
EOF
  echo "require('./nothing-here');" > src/broken.test.js
  cat > jest.config.js <<'EOF'
module.exports = { rootDir: '.', reporters: [['jest-junit', { outputName: 'junit.xml', addFileAttribute: 'true', reportTestSuiteErrors: 'true' }]] };
EOF
  node_modules/.bin/jest --ci > log 2>&1 || true
  keep junit.xml jest/junit.xml
  JEST_JUNIT_ADD_FILE_ATTRIBUTE=false JEST_JUNIT_REPORT_TEST_SUITE_ERRORS=false JEST_JUNIT_OUTPUT_NAME=plain.xml \
    node_modules/.bin/jest --ci --reporters=jest-junit > log 2>&1 || true
  keep plain.xml jest/plain.xml
}

vitest() {
  js_project
  cat > menu.test.mjs <<'EOF'
import { describe, expect, test } from 'vitest';
import { price } from './src/menu.js';
describe('menu', () => {
  test('small', () => expect(price(1)).toBe(3));
  describe('large', () => {
    test('is dear', () => expect(price(3, true)).toBe(4));
    test.skip('later', () => {});
  });
  test('throws', () => undefined.size);
  test('slow', () => new Promise(() => {}), 50);
  let tries = 0;
  test('flaky', { retry: 2 }, () => { console.log('try'); expect(++tries).toBe(2); });
});
EOF
  node_modules/.bin/vitest run --reporter=junit --outputFile=junit.xml > log 2>&1 || true
  keep junit.xml vitest/junit.xml
}

mocha() {
  js_project
  mkdir -p test
  cat > test/menu.js <<'EOF'
const assert = require('assert');
const { price } = require('../src/menu');
describe('menu', () => {
  it('small', () => assert.strictEqual(price(1), 3));
  describe('large', () => {
    it('is dear', () => assert.strictEqual(price(3, true), 4));
    it.skip('later', () => {});
  });
  it('throws', () => undefined.size);
  it('slow', function (done) { this.timeout(50); });
});
describe('stored', () => {
  before(() => { throw new Error('no database'); });
  it('one', () => {});
});
EOF
  node_modules/.bin/mocha --reporter mocha-junit-reporter --reporter-options mochaFile=junit.xml,includePending=true > log 2>&1 || true
  keep junit.xml mocha/junit.xml
}

playwright() {
  js_project
  cat > playwright.config.js <<'EOF'
module.exports = { timeout: 400, retries: 1, reporter: [['junit', { outputFile: 'results.xml' }]], projects: [{ name: 'api' }] };
EOF
  cat > menu.spec.js <<'EOF'
const { test, expect } = require('@playwright/test');
const { price } = require('./src/menu');
test.describe('menu', () => {
  test('small', () => expect(price(1)).toBe(3));
  test('is dear', async ({}, info) => {
    await info.attach('bill', { body: 'five', contentType: 'text/plain' });
    console.log('asked');
    expect(price(3, true)).toBe(4);
  });
  test.skip('later', () => {});
  test('flaky', ({}, info) => expect(info.retry).toBe(1));
  test('slow', () => new Promise(() => {}));
});
EOF
  node_modules/.bin/playwright test > log 2>&1 || true
  keep results.xml playwright/junit.xml
}

cpp_project() {
  cat > menu.cc <<'EOF'
#include "menu.h"
int price(int size, bool large) {
  if (size < 0) return -1;
  return large && size > 2 ? 5 : 3;
}
int refund() { return 0; }
EOF
  echo 'int price(int size, bool large); int refund();' > menu.h
}

gtest() {
  cpp_project
  cat > menu_test.cc <<'EOF'
#include "menu.h"
#include <gtest/gtest.h>
#include <stdexcept>
TEST(Menu, Small) { EXPECT_EQ(price(1, false), 3); }
TEST(Menu, Dear) { EXPECT_EQ(price(3, true), 4) << "too dear"; EXPECT_EQ(price(-1, true), 0); }
TEST(Menu, Throws) { throw std::runtime_error("no menu"); }
TEST(Menu, Skipped) { GTEST_SKIP() << "not today"; }
TEST(Menu, DISABLED_Later) {}
class Sizes : public testing::TestWithParam<int> {};
TEST_P(Sizes, Cost) { EXPECT_GT(price(GetParam(), false), 0); }
INSTANTIATE_TEST_SUITE_P(All, Sizes, testing::Values(0, -1));
EOF
  g++ -std=c++17 menu.cc menu_test.cc -o menu_test -lgtest -lgtest_main -pthread
  ./menu_test --gtest_output=xml:junit.xml > log || true
  keep junit.xml gtest/junit.xml
}

ctest() {
  cat > CMakeLists.txt <<'EOF'
cmake_minimum_required(VERSION 3.20)
project(menu NONE)
enable_testing()
add_test(NAME small COMMAND sh -c "echo three")
add_test(NAME dear COMMAND sh -c "echo got 5 want 4; exit 1")
add_test(NAME crashes COMMAND sh -c "kill -SEGV $$")
add_test(NAME slow COMMAND sleep 5)
set_tests_properties(slow PROPERTIES TIMEOUT 1)
add_test(NAME missing COMMAND no-such-program)
add_test(NAME later COMMAND true)
set_tests_properties(later PROPERTIES DISABLED TRUE)
add_test(NAME skipped COMMAND sh -c "exit 77")
set_tests_properties(skipped PROPERTIES SKIP_RETURN_CODE 77)
EOF
  cmake -B build . > log
  command ctest --test-dir build --output-junit "$PWD/junit.xml" >> log || true
  keep junit.xml ctest/junit.xml
}

gotestsum() {
  cat > go.mod <<'EOF'
module example.org/menu

go 1.20
EOF
  mkdir -p menu broken
  printf 'package menu\n\nfunc Price(size int) int { return 3 + size }\n' > menu/menu.go
  cat > menu/menu_test.go <<'EOF'
package menu

import (
	"os"
	"testing"
)

func TestSmall(t *testing.T) {
	if Price(0) != 3 {
		t.Fatal("small")
	}
}

func TestSizes(t *testing.T) {
	t.Run("large", func(t *testing.T) { t.Errorf("got %d, want 4", Price(2)) })
}

func TestLater(t *testing.T) { t.Skip("not today") }

func TestFlaky(t *testing.T) {
	if _, err := os.Stat("tried"); err != nil {
		os.WriteFile("tried", nil, 0o600)
		t.Fatal("first try")
	}
}

func TestPanics(t *testing.T) {
	var m map[string]int
	m["a"] = 1
}
EOF
  printf 'package broken\n\nvar x int = "text"\n' > broken/broken_test.go
  "$tools/gobin/gotestsum" --junitfile junit.xml --rerun-fails --packages ./... > log 2>&1 || true
  keep junit.xml gotestsum/junit.xml
}

php() {
  mkdir -p src tests
  cat > src/Menu.php <<'EOF'
<?php
class Menu {
  public function price(int $size): int { return $size > 2 ? 5 : 3; }
}
EOF
  cat > tests/MenuTest.php <<'EOF'
<?php
require_once __DIR__ . '/../src/Menu.php';
class MenuTest extends PHPUnit\Framework\TestCase {
  public function testSmall(): void { $this->assertSame(3, (new Menu)->price(1)); }
  public function testDear(): void { $this->assertSame(4, (new Menu)->price(3), 'too dear'); }
  public function testThrows(): void { throw new RuntimeException('no menu'); }
  public function testLater(): void { $this->markTestSkipped('not today'); }
  /** @dataProvider sizes */
  public function testSizes(int $size): void { $this->assertSame(3, (new Menu)->price($size)); }
  public function sizes(): array { return ['small' => [1], 'large' => [3]]; }
}
EOF
  cat > phpunit.xml <<'EOF'
<phpunit><testsuites><testsuite name="unit"><directory>tests</directory></testsuite></testsuites></phpunit>
EOF
  phpunit --log-junit junit.xml > log || true
  keep junit.xml phpunit/junit.xml
}

maven() {
  mkdir -p src/main/java/org/example src/test/java/org/example
  cat > src/main/java/org/example/Menu.java <<'EOF'
package org.example;

public class Menu {
  public int price(int size, boolean large) {
    if (size < 0) throw new IllegalArgumentException("size");
    return large && size > 2 ? 5 : 3;
  }

  public int refund() { return 0; }
}
EOF
  cat > src/test/java/org/example/MenuTest.java <<'EOF'
package org.example;

import static org.junit.jupiter.api.Assertions.*;

import java.time.Duration;
import org.junit.jupiter.api.*;

class MenuTest {
  static int tries = 0;
  @Test void small() { assertEquals(3, new Menu().price(1, false)); }
  @Test void dear() { assertEquals(4, new Menu().price(3, true), "too dear"); }
  @Test void throwing() { new Menu().price(-1, false); }
  @Test @Disabled("not today") void later() {}
  @Test void flaky() { System.out.println("try"); assertEquals(2, ++tries); }
  @Test @Timeout(1) void slow() throws Exception { Thread.sleep(3000); }
}
EOF
  cat > src/test/java/org/example/StoredTest.java <<'EOF'
package org.example;

import org.junit.jupiter.api.*;

class StoredTest {
  @BeforeAll static void connect() { throw new IllegalStateException("no database"); }
  @Test void one() {}
}
EOF
  cat > pom.xml <<'EOF'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>org.example</groupId><artifactId>menu</artifactId><version>1</version>
  <properties><maven.compiler.release>17</maven.compiler.release><project.build.sourceEncoding>UTF-8</project.build.sourceEncoding></properties>
  <dependencies><dependency><groupId>org.junit.jupiter</groupId><artifactId>junit-jupiter</artifactId><version>5.11.4</version><scope>test</scope></dependency></dependencies>
  <build><plugins>
    <plugin><artifactId>maven-compiler-plugin</artifactId><version>3.13.0</version></plugin>
    <plugin><artifactId>maven-surefire-plugin</artifactId><version>3.5.2</version>
      <configuration><rerunFailingTestsCount>1</rerunFailingTestsCount><testFailureIgnore>true</testFailureIgnore></configuration></plugin>
    <plugin><groupId>org.jacoco</groupId><artifactId>jacoco-maven-plugin</artifactId><version>0.8.12</version>
      <executions><execution><goals><goal>prepare-agent</goal></goals></execution>
        <execution><id>report</id><phase>test</phase><goals><goal>report</goal></goals></execution></executions></plugin>
  </plugins></build>
</project>
EOF
  mvn -q -B test > log 2>&1 || true
  # The properties of the machine are no part of what is read.
  sed -i '/<properties>/,/<\/properties>/d' target/surefire-reports/*.xml
  sed -i -e 's#<sessioninfo [^>]*>#<sessioninfo id="runner" start="1700000000000" dump="1700000001000"/>#' target/site/jacoco/jacoco.xml
  keep target/surefire-reports/TEST-org.example.MenuTest.xml surefire/menu.xml
  keep target/surefire-reports/TEST-org.example.StoredTest.xml surefire/stored.xml
  keep target/site/jacoco/jacoco.xml jacoco/jacoco.xml
}

gcov() {
  cpp_project
  printf '#include "menu.h"\nint main() { return price(1, false) == 3 ? 0 : 1; }\n' > main.cc
  g++ -std=c++17 --coverage -O0 menu.cc main.cc -o menu
  ./menu
  command lcov --quiet --capture --directory . --rc lcov_branch_coverage=1 --output-file lcov.info
  "$tools/py/bin/gcovr" --root . --cobertura cobertura.xml --cobertura-pretty > log
  keep lcov.info lcov/lcov.info
  keep cobertura.xml gcovr/cobertura.xml
}

c8() {
  js_project
  echo "const { price } = require('./src/menu'); price(1); price(3, true);" > main.js
  node_modules/.bin/c8 --reporter=lcovonly --reporter=cobertura --reports-dir c8 --include 'src/**' node main.js > log
  node_modules/.bin/nyc --reporter=lcovonly --reporter=cobertura --report-dir nyc --include 'src/**' node main.js > log
  keep c8/lcov.info c8/lcov.info
  keep c8/cobertura-coverage.xml c8/cobertura.xml
  keep nyc/lcov.info nyc/lcov.info
  keep nyc/cobertura-coverage.xml nyc/cobertura.xml
}

gosec() {
  printf 'module example.org/menu\n\ngo 1.20\n' > go.mod
  cat > main.go <<'EOF'
package main

import (
	"crypto/md5"
	"fmt"
	"os"
)

func main() {
	f, _ := os.Open(os.Args[1])
	defer f.Close()
	fmt.Printf("%x\n", md5.Sum([]byte("menu")))
	os.WriteFile("out", nil, 0o777) // #nosec G306 -- a test
}
EOF
  "$tools/gobin/gosec" -quiet -fmt sarif -track-suppressions -out gosec.sarif ./... || true
  keep gosec.sarif gosec/gosec.sarif
}

ruff() {
  printf 'import os\nimport sys  # noqa: F401\n\n\ndef f(x=[]):\n    assert x == None\n    return eval(x)\n' > menu.py
  "$tools/py/bin/ruff" check --no-cache --select E,F,B,S --output-format sarif menu.py > ruff.sarif || true
  keep ruff.sarif ruff/ruff.sarif
}

eslint() {
  js_project
  printf 'var unused = 1;\nif (a == null) { eval("1"); }\n// eslint-disable-next-line no-debugger -- while looking\ndebugger;\n' > src/bad.js
  echo 'module.exports = [{ rules: { "no-unused-vars": "warn", eqeqeq: "error", "no-eval": "error", "no-debugger": "error" } }];' > eslint.config.js
  SARIF_ESLINT_EMBED=false node_modules/.bin/eslint -f @microsoft/eslint-formatter-sarif -o eslint.sarif src || true
  keep eslint.sarif eslint/eslint.sarif
}

gitleaks() {
  printf 'aws_access_key_id = "%s%s"\n' AKIA LALEMEL33243OLIB > config.ini
  "$tools/gobin/gitleaks" dir . --no-banner --log-level error --redact --report-format sarif --report-path gitleaks.sarif || true
  # Its 200 rules are the same in every report: those that found something are kept.
  python3 - <<'EOF'
import json
report = json.load(open("gitleaks.sarif"))
for run in report["runs"]:
    used = {result["ruleId"] for result in run["results"]}
    rules = run["tool"]["driver"]["rules"]
    run["tool"]["driver"]["rules"] = [rule for rule in rules if rule["id"] in used]
json.dump(report, open("gitleaks.sarif", "w"), indent=1)
EOF
  keep gitleaks.sarif gitleaks/gitleaks.sarif
}

all=(pytest coverage_py jest vitest mocha playwright gtest ctest gotestsum php maven gcov c8 gosec ruff eslint gitleaks)
for name in "${@:-${all[@]}}"; do
  echo "== $name"
  mkdir -p "$work/$name"
  (cd "$work/$name" && git init -q . && "$name")
done
