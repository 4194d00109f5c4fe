import { describe, expect, it } from "vitest";
import type { Comparison, LoadState, Second, Threshold } from "../../src/load/document";
import { failureKinds } from "../../src/load/failures";
import { clockText, latency, linear, logarithmic, timeTicks } from "../../src/load/scale";
import { cellFrom, columnsOf, failureCodes, failureText } from "../../src/load/series";
import { changeText, comparisonText, marginOf, valueText, verdictOf } from "../../src/load/words";

describe("columns", () => {
  it("has a place for each second", () => {
    const columns = columnsOf([{ t: 1, requests: 10, p95: 5 }, { t: 2 }, { t: 3, requests: 4 }]);
    expect(columns.t).toEqual([1, 2, 3]);
    expect(columns.requests).toEqual([10, 0, 4]);
    expect(columns.p95).toEqual([5, Number.NaN, Number.NaN]);
  });
  it("folds a long test without losing its stall", () => {
    const seconds: Second[] = Array.from({ length: 100 }, (_, t) => ({
      t,
      requests: t === 42 ? 0 : 10,
      p99: t === 42 ? 900 : 9,
      heat: [0, 2],
      failures: t === 42 ? [1050, 3] : [],
    }));
    const columns = columnsOf(seconds, 10);
    expect(columns.step).toBe(10);
    expect(columns.t).toHaveLength(10);
    expect(columns.requests[4]).toBe(9);
    expect(columns.p99[4]).toBe(900);
    expect(columns.heat[0]?.get(0)).toBe(20);
    expect(columns.failures[4]?.get(1050)).toBe(3);
  });
  it("has nothing of nothing", () => expect(columnsOf([]).t).toEqual([]));
});

describe("failures", () => {
  const codes = failureCodes([
    { t: 1, failures: [1503, 2, 1050, 1] },
    { t: 2, failures: [1503, 1, 404, 1] },
  ]);
  it("counts kinds, the commonest first", () =>
    expect(codes).toEqual([
      [1503, 3],
      [404, 1],
      [1050, 1],
    ]));
  it("says them in words", () => {
    expect([1503, 404, 1050, 1613, 1999].map(failureText)).toEqual([
      "HTTP 503",
      "HTTP 404, not expected",
      "timed out",
      "HTTP/2 error 1613",
      "error 1999",
    ]);
  });
  it("puts the rare ones together", () => {
    const many = failureKinds([1, 2, 3, 4, 5, 6, 7].map((code) => [code, 1]));
    expect(many).toHaveLength(6);
    expect(many[5]).toMatchObject({ name: "others", codes: [6, 7] });
  });
});

describe("scales", () => {
  it("begins at 0 and ends at a round number", () => {
    expect(linear(93, 100)).toMatchObject({ from: 0, to: 100, ticks: [0, 50, 100] });
    expect(linear(0, 100).to).toBeGreaterThan(0);
    expect(linear(93, 100).at(50)).toBe(50);
  });
  it("has whole octaves where it is logarithmic", () => {
    const scale = logarithmic(3, 900, 100);
    expect([scale.from, scale.to]).toEqual([2, 1024]);
    expect(scale.at(2)).toBe(100);
    expect(scale.at(1024)).toBe(0);
    expect(scale.ticks).toContain(10);
  });
  it("has ticks at round times", () => {
    expect(timeTicks(0, 60, 700)).toEqual([0, 10, 20, 30, 40, 50, 60]);
    expect(timeTicks(0, 3600, 700)).toHaveLength(7);
    expect(clockText(3725)).toBe("1:02:05");
  });
  it("knows the cells of the heat map", () => {
    expect([0, 8, 4, -8].map(cellFrom)).toEqual([1, 2, 1.5, 0.5]);
  });
  it("writes latencies with three digits", () => {
    expect([0.0123, 0.5, 12.34, 999, 1234, 61_000].map(latency)).toEqual([
      "12.3 µs",
      "0.50 ms",
      "12.3 ms",
      "999 ms",
      "1.23 s",
      "1:01",
    ]);
  });
});

const threshold = (part: Partial<Threshold>): Threshold => ({
  metric: "http_req_duration",
  condition: "p(95)<200",
  passed: true,
  sign: "<",
  limit: 200,
  unit: "ms",
  ...part,
});

describe("words", () => {
  const state = { thresholds: [] as Threshold[], exit: 0 } as unknown as LoadState;
  it("says how it ended", () => {
    expect(verdictOf(state)).toMatchObject({ state: "passed", text: "it has no thresholds" });
    const crossed = { ...state, exit: 99, thresholds: [threshold({ passed: false })] };
    expect(verdictOf(crossed).text).toBe("its threshold is crossed");
    expect(verdictOf({ ...state, exit: 105 }).title).toBe("Interrupted");
    const { exit: _, ...running } = state;
    expect(verdictOf(running).state).toBe("running");
  });
  it("tells the distance to a limit", () => {
    expect(marginOf(threshold({ value: 150 }))).toBe(0.25);
    expect(marginOf(threshold({ value: 250 }))).toBe(-0.25);
    expect(marginOf(threshold({ sign: ">=", limit: 100, value: 150 }))).toBe(0.5);
    expect(marginOf(threshold({ sign: "==", value: 200 }))).toBeUndefined();
    expect(marginOf(threshold({ limit: 0, value: 1 }))).toBeUndefined();
    expect(marginOf(threshold({}))).toBeUndefined();
    expect(valueText(0.0123, "share")).toBe("1.23 %");
  });
  it("tells changes without a sign for nothing", () => {
    expect(changeText("p95", 0.0001)).toBe("±0.0 %");
    expect(changeText("p95", -0.123)).toBe("−12.3 %");
    expect(changeText("errors", 0.004)).toBe("+0.40 points");
  });
  it("says how it stands beside its baseline", () => {
    const comparison: Comparison = {
      verdict: "regression",
      base_seconds: 30,
      new_seconds: 30,
      confidence: 0.95,
      metrics: [
        {
          series: "http_req_duration",
          metric: "p95",
          margin: 0.05,
          verdict: "regression",
          base: 100,
          new: 150,
          change: 0.5,
          low: 0.4,
          high: 0.6,
        },
      ],
      invalid: { base: [], new: [], pair: [] },
      remarks: [],
    };
    const [title, sentences] = comparisonText("run 7", comparison);
    expect(title).toContain("Slower than run 7: 1 of 1");
    expect(sentences[0]).toContain("100 ms became 150 ms (+50.0 %, between +40.0 % and +60.0 %)");
    expect(comparisonText("run 7", { ...comparison, verdict: "fine" })[1]).toEqual([]);
  });
});
