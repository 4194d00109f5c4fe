// How a test ended and how it stands beside another, in sentences.
import { count } from "../format";
import type { Comparison, LoadState, MetricVerdict, Threshold } from "./document";
import { digits, latency } from "./scale";

export interface Said {
  state: "passed" | "failed" | "interrupted" | "running";
  title: string;
  text: string;
}

const EXITS: Record<number, [Said["state"], string]> = {
  0: ["passed", "the test ended as it should"],
  1: ["failed", "it is slower than its baseline"],
  99: ["failed", ""],
  100: ["failed", "setup took too long"],
  101: ["failed", "teardown took too long"],
  105: ["interrupted", "it was interrupted"],
  107: ["failed", "the script threw outside of an iteration"],
  108: ["failed", "the script ended it"],
  110: ["failed", "the script called it failed"],
};

export function verdictOf(load: LoadState): Said {
  const all = load.thresholds.length;
  const crossed = load.thresholds.filter(({ passed }) => !passed).length;
  const kept =
    all === 0
      ? "it has no thresholds"
      : crossed === 0
        ? all === 1
          ? "its threshold is kept"
          : `all ${all} thresholds are kept`
        : all === 1
          ? "its threshold is crossed"
          : `${crossed} of ${all} thresholds ${crossed === 1 ? "is" : "are"} crossed`;
  if (load.exit === undefined)
    return { state: crossed > 0 ? "failed" : "running", title: "Running", text: kept };
  const [state, why] = EXITS[load.exit] ?? ["failed", `it ended with ${load.exit}`];
  const title = state === "passed" ? "Passed" : state === "failed" ? "Failed" : "Interrupted";
  const text = load.exit === 0 || load.exit === 99 ? kept : `${why}; ${kept}`;
  return { state, title, text };
}

export function valueText(value: number | undefined, unit: Threshold["unit"]): string {
  if (value === undefined) return "–";
  if (unit === "ms") return latency(value);
  if (unit === "share") return `${digits(value * 100)} %`;
  return Number.isInteger(value) ? count(value) : digits(value);
}

// How far a condition is from its limit, as a share of the limit; above 0 it is kept. None where that
// says nothing.
export function marginOf({ sign, limit, value }: Threshold): number | undefined {
  if (value === undefined || limit === 0) return undefined;
  if (sign.startsWith("<")) return (limit - value) / Math.abs(limit);
  return sign.startsWith(">") ? (value - limit) / Math.abs(limit) : undefined;
}

const NAMES: Record<string, string> = {
  throughput: "throughput",
  errors: "share of failures",
  mean: "mean latency",
};

export const metricName = (metric: string): string => NAMES[metric] ?? `${metric} latency`;

export function metricValue(metric: string, value: number | undefined): string {
  if (value === undefined) return "–";
  if (metric === "throughput") return `${digits(value)}/s`;
  return metric === "errors" ? `${digits(value * 100)} %` : latency(value);
}

export function changeText(metric: string, change: number | undefined): string {
  if (change === undefined || !Number.isFinite(change)) return "–";
  const points = change * 100;
  const errors = metric === "errors";
  const text = Math.abs(points).toFixed(errors ? 2 : 1);
  const sign = Number(text) === 0 ? "±" : points > 0 ? "+" : "−";
  return `${sign}${text} ${errors ? "points" : "%"}`;
}

function sentence(one: MetricVerdict): string {
  const { metric } = one;
  const worse = metric === "throughput" ? (one.change ?? 0) < 0 : (one.change ?? 0) > 0;
  const how = one.verdict === "regression" ? "is worse" : worse ? "looks worse" : "is better";
  return (
    `${metricName(metric)} ${how}: ${metricValue(metric, one.base)} became ` +
    `${metricValue(metric, one.new)} (${changeText(metric, one.change)}, between ` +
    `${changeText(metric, one.low)} and ${changeText(metric, one.high)})`
  );
}

// The verdict in words, and a sentence for each metric that decides it.
export function comparisonText(name: string, comparison: Comparison): [string, string[]] {
  const of = (verdict: string): MetricVerdict[] =>
    comparison.metrics.filter((metric) => metric.verdict === verdict);
  const whys = of("inconclusive").map(
    ({ metric, why }) => `${metricName(metric)} is not decided${why ? `: ${why}` : ""}`,
  );
  const all = comparison.metrics.length;
  switch (comparison.verdict) {
    case "regression": {
      const worse = of("regression");
      return [
        `Slower than ${name}: ${worse.length} of ${all} metrics got worse by more than their margin`,
        [...worse.map(sentence), ...whys],
      ];
    }
    case "improvement":
      return [`Better than ${name}, and nothing is worse`, of("improvement").map(sentence)];
    case "fine":
      return [`As good as ${name}: nothing got worse by more than its margin`, []];
    case "inconclusive":
      return [`Not decided beside ${name}`, whys];
    case "invalid": {
      const { base, new: fresh, pair } = comparison.invalid;
      const why = (of: string, some: { message: string }[]): string[] =>
        some.map(({ message }) => `${of}: ${message}`);
      return [
        `Not comparable with ${name}: what was measured is not the server alone`,
        [...why("the baseline", base), ...why("this run", fresh), ...why("both", pair)],
      ];
    }
  }
}
