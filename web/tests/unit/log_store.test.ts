import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { expressionOf, LogStore, MOST_HITS } from "../../src/logs/store";

// A part as `crema report` writes it: kinds, times as differences in base 36, the lines.
const part = (lines: string[], kinds = "o".repeat(lines.length)): string =>
  gzipSync(
    `${kinds}\n${lines.map((_, i) => (i ? "a" : "0")).join(",")}\n${lines.join("\n")}`,
  ).toString("base64");

describe("the lines of a run", () => {
  const store = new LogStore(
    [part(["zero", "\x1b[31mone\x1b[0m Error", ""]), part(["three: (a+b)*", "four"], "Eo")],
    [0, 3],
  );

  it("are numbered over all parts", async () => {
    const lines = await store.lines(1, 4);
    expect(lines.map(({ text }) => text)).toEqual([
      "\x1b[31mone\x1b[0m Error",
      "",
      "three: (a+b)*",
    ]);
    expect(lines.map(({ kind }) => kind).join("")).toBe("ooE");
    expect(lines.map(({ time }) => time)).toEqual([10, 20, 0]);
  });

  it("are found by text, not by the colours between", async () => {
    const found = await store.search("one error");
    expect(found?.hits.map(({ line, text, from, to }) => [line, text.slice(from, to)])).toEqual([
      [1, "one Error"],
    ]);
    expect((await store.search("(a+b)*"))?.total).toBe(1);
    expect((await store.search("Four"))?.total).toBe(0);
    expect((await store.search("nowhere"))?.total).toBe(0);
  });

  it("are counted in all, and shown in part", async () => {
    const many = Array.from({ length: 3000 }, (_, i) => `hit ${i}`);
    const result = await new LogStore([part(many)], [0]).search("hit");
    expect([result?.total, result?.lines.length, result?.hits.length]).toEqual([
      3000,
      3000,
      MOST_HITS,
    ]);
  });

  it("give up a search when the next one begins", async () => {
    const [first, second] = await Promise.all([store.search("zero"), store.search("four")]);
    expect(first).toBeNull();
    expect(second?.total).toBe(1);
  });
});

it("searches without regard to case until somebody writes capitals", () => {
  expect(expressionOf("abc").flags).toContain("i");
  expect(expressionOf("aBc").flags).not.toContain("i");
});
