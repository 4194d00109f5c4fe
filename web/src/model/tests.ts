// Tests as a reader looks for them: one row a case, with its suite, its history and its pictures.
import { slug } from "../format";
import type { Medium, Report, TestCase, TestHistory, TestSuite } from "../report";

export type Status = "failed" | "flaky" | "passed" | "skipped";

export interface TestRow {
  key: string; // stable in the page: the anchor's last part
  name: string;
  status: Status;
  kind: string;
  suite: TestSuite;
  test: TestCase | undefined; // undefined: the suite itself failed
  duration: number;
  history: TestHistory["results"];
}

export const isFlaky = (test: TestCase): boolean =>
  test.outcome === "passed" && (test.earlier ?? []).some((attempt) => attempt.outcome === "failed");

function statusOf(test: TestCase): Status {
  return isFlaky(test) ? "flaky" : test.outcome;
}

const keyOf = (project: string, suite: string, name: string): string =>
  `${project}\n${suite}\n${name}`;

export const suitesOf = (report: Report): TestSuite[] =>
  report.records.filter((record): record is TestSuite => record.kind === "test_suite");

// A suite that failed beside its cases, or without any, is a failure of its own.
const failedItself = (suite: TestSuite): boolean =>
  suite.outcome === "failed" &&
  ((suite.kind_of_failure ?? "none") !== "none" ||
    !(suite.cases ?? []).some((test) => test.outcome === "failed"));

export function testRows(report: Report): TestRow[] {
  const history = new Map(
    report.history.map((test) => [keyOf(test.project, test.suite, test.name), test.results]),
  );
  const rows: TestRow[] = [];
  for (const suite of suitesOf(report)) {
    if (failedItself(suite)) {
      rows.push({
        key: `t${rows.length}`,
        name: suite.name,
        status: "failed",
        kind: suite.kind_of_failure ?? "",
        suite,
        test: undefined,
        duration: suite.duration ?? 0,
        history: [],
      });
    }
    for (const test of suite.cases ?? []) {
      const name = test.group ? `${test.group}\n${test.name}` : test.name;
      rows.push({
        key: `t${rows.length}`,
        name: test.group ? `${test.group} › ${test.name}` : test.name,
        status: statusOf(test),
        kind: test.kind ?? "",
        suite,
        test,
        duration: test.duration ?? 0,
        history: history.get(keyOf(suite.project ?? "", suite.name, name)) ?? [],
      });
    }
  }
  return rows;
}

export interface TestCounts {
  passed: number;
  failed: number;
  flaky: number;
  skipped: number;
}

export function countRows(rows: TestRow[]): TestCounts {
  const counts: TestCounts = { passed: 0, failed: 0, flaky: 0, skipped: 0 };
  for (const row of rows) counts[row.status]++;
  return counts;
}

// What failed by itself. A parent fails because its subtest did, and what is worth reading is the
// subtest.
export function causesOf(rows: TestRow[]): TestRow[] {
  const failed = rows.filter((row) => row.status === "failed");
  const parents = new Map<TestSuite, Set<string>>();
  for (const { suite, test } of failed) {
    if (!test) continue;
    const names = parents.get(suite) ?? new Set();
    parents.set(suite, names);
    for (let at = test.name.indexOf("/"); at >= 0; at = test.name.indexOf("/", at + 1))
      names.add(test.name.slice(0, at));
  }
  return failed.filter(({ suite, test }) => !test || !parents.get(suite)?.has(test.name));
}

// How often it failed or was flaky, of the runs where it ran.
export function failureRate(results: TestHistory["results"]): number {
  const ran = results.filter(([, outcome]) => outcome !== "s");
  const bad = ran.filter(([, outcome]) => outcome !== "p");
  return ran.length === 0 ? 0 : bad.length / ran.length;
}

export interface SuiteNode {
  suite: TestSuite;
  rows: TestRow[];
  counts: TestCounts;
}

export interface ProjectNode {
  name: string;
  suites: SuiteNode[];
  counts: TestCounts;
}

export interface PartNode {
  name: string;
  projects: ProjectNode[];
  counts: TestCounts;
}

function grouped<Item>(items: Item[], key: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

// By part, project and suite; what failed comes first.
export function testTree(rows: TestRow[]): PartNode[] {
  const worstFirst = (
    a: { counts: TestCounts; name: string },
    b: { counts: TestCounts; name: string },
  ): number =>
    Number(b.counts.failed > 0) - Number(a.counts.failed > 0) || a.name.localeCompare(b.name);
  return [...grouped(rows, (row) => row.suite.part ?? "")].map(([part, ofPart]) => ({
    name: part,
    counts: countRows(ofPart),
    projects: [...grouped(ofPart, (row) => row.suite.project ?? "")]
      .map(([project, ofProject]) => ({
        name: project,
        counts: countRows(ofProject),
        suites: [...grouped(ofProject, (row) => row.suite.name)]
          .map(([name, ofSuite]) => ({
            name,
            suite: ofSuite[0]!.suite,
            rows: ofSuite,
            counts: countRows(ofSuite),
          }))
          .sort(worstFirst),
      }))
      .sort(worstFirst),
  }));
}

// Pictures and videos of a test: it names them itself, or their path has the name of a test that
// failed in it. `rest` belongs to none.
export function mediaOfTests(
  rows: TestRow[],
  media: Medium[],
): { of: Map<TestRow, number[]>; rest: number[] } {
  const of = new Map<TestRow, number[]>();
  const rest: number[] = [];
  const candidates = rows
    .filter((row) => row.test && (row.status === "failed" || row.status === "flaky"))
    .map((row) => ({ row, slug: slug(row.test!.name) }))
    .filter((candidate) => candidate.slug.length > 2)
    .sort((a, b) => b.slug.length - a.slug.length);
  const named = new Map(
    rows.flatMap((row) => (row.test?.attachments ?? []).map(({ path }) => [path, row] as const)),
  );
  media.forEach((medium, index) => {
    const path = slug(medium.path);
    const owner =
      named.get(`${medium.artifact}/${medium.path}`) ??
      candidates.find((candidate) => path.includes(candidate.slug))?.row;
    if (!owner) rest.push(index);
    else of.set(owner, [...(of.get(owner) ?? []), index]);
  });
  return { of, rest };
}
