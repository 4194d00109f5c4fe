import { describe, expect, it } from "vitest";
import { counted, duration, percent } from "../../src/format";
import { ansiPieces, plainText } from "../../src/model/ansi";
import { coverageTree, uncoveredStretches } from "../../src/model/coverage";
import {
  hiddenRanges,
  lineAtRow,
  type Range,
  rowOfLine,
  visibleCount,
} from "../../src/model/folds";
import { causesOf, mediaOfTests, type TestRow } from "../../src/model/tests";
import type { Coverage, TestCase, TestSuite } from "../../src/report";

describe("numbers", () => {
  it.each([
    [undefined, ""],
    [0, "0 s"],
    [0.0123, "12 ms"],
    [0.9999, "1.0 s"],
    [59.96, "1 min"],
    [61, "1 min 1 s"],
    [7325, "2 h 2 min"],
  ])("writes %s seconds as %s", (seconds, text) => expect(duration(seconds)).toBe(text));

  it("never rounds coverage up to all", () => {
    expect(percent(99_999, 100_000)).toBe("99.9 %");
    expect(percent(5, 5)).toBe("100 %");
    expect(percent(0, 0)).toBe("–");
    expect(counted(1, "place")).toBe("1 place");
    expect(counted(1200, "place")).toBe("1,200 places");
  });
});

describe("a coloured line", () => {
  const written = (line: string): [string, string][] =>
    ansiPieces(line).map(({ text, classes }) => [text, classes]);

  it("has its colours as classes and nothing of the sequences", () => {
    expect(written("\x1b[1;31mFAIL\x1b[0m ok")).toEqual([
      ["FAIL", "ansi-1 bold"],
      [" ok", ""],
    ]);
    expect(ansiPieces("\x1b[38;5;208mx")[0]?.colour).toBe("#ff8700");
    expect(ansiPieces("\x1b[38;2;1;2;300mx")[0]?.colour).toBe("#0102ff");
  });
  it("shows what a return left on the screen", () => {
    expect(written("10 %\r100 %")).toEqual([["100 %", ""]]);
  });
  it("hides links, titles and what is cut off", () => {
    expect(plainText("a\x1b]8;;http://x\x07b\x1b]0;t\x1b\\c\x1b[2K\x1b[")).toContain("abc");
  });
});

describe("folded groups", () => {
  // 0 title, 1-3 inside with a group at 2, 4 its end; 6 another.
  const groups: Range[] = [
    [0, 5],
    [2, 4],
    [6, 8],
  ];
  it("keep their title, and rows and lines agree", () => {
    for (const folded of [new Set<number>(), new Set([0]), new Set([2]), new Set([0, 2, 6])]) {
      const hidden = hiddenRanges(groups, folded);
      const rows = visibleCount(10, hidden);
      const lines = Array.from({ length: rows }, (_, row) => lineAtRow(row, hidden));
      expect(new Set(lines).size).toBe(rows);
      expect(lines.map((line) => rowOfLine(line, hidden))).toEqual([...lines.keys()]);
    }
    expect(visibleCount(10, hiddenRanges(groups, new Set([0])))).toBe(4);
  });
});

describe("coverage", () => {
  it("sums folders and joins those with one folder in them", () => {
    const file = (path: string, covered: number, statements: number) => ({
      path,
      service: ".",
      total: [covered, statements] as [number, number],
    });
    const files = [file("a/b/x.go", 1, 2), file("a/b/y.go", 3, 4), file("main.go", 0, 1)];
    const tree = coverageTree({ files } as Coverage);
    expect(tree.total).toEqual([4, 7]);
    expect(tree.children.map(({ name }) => name)).toEqual(["a/b", "main.go"]);
  });
  it("finds where stretches that did not run begin", () => {
    expect(uncoveredStretches("cuu pu c")).toEqual([2, 6]);
  });
});

describe("tests", () => {
  const suite = { kind: "test_suite", name: "example.com/menu", outcome: "failed" } as TestSuite;
  const row = (name: string, status: TestRow["status"], more: Partial<TestCase> = {}): TestRow => ({
    key: name,
    name,
    status,
    kind: "",
    suite,
    test: { name, outcome: status === "failed" ? "failed" : "passed", ...more },
    duration: 0,
    history: [],
  });

  it("that failed for their subtest are not the cause", () => {
    const rows = [
      row("A", "failed"),
      row("A/b", "failed"),
      row("A/b/c", "failed"),
      row("AB", "failed"),
    ];
    expect(causesOf(rows).map(({ name }) => name)).toEqual(["A/b/c", "AB"]);
  });
  it("own the pictures they name, then those with their name", () => {
    const named = { attachments: [{ name: "screenshot", path: "shots/1/x.png" }] };
    const rows = [row("orders a coffee", "failed", named), row("signs out", "failed")];
    const media = ["1/x.png", "signs-out-chromium/y.png", "logo.png"].map((path) => ({
      artifact: "shots",
      path,
      type: "image/png",
      bytes: 1,
      embedded: true,
    }));
    const { of, rest } = mediaOfTests(rows, media);
    expect(rows.map((owner) => of.get(owner))).toEqual([[0], [1]]);
    expect(rest).toEqual([2]);
  });
});
