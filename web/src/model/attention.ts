// Where to look first: everything that went wrong, the nearest to a cause before the rest.
import { duration, share } from "../format";
import type { Finding, Report, Scan } from "../report";
import { address } from "../route";
import { causesOf, type TestRow } from "./tests";

export interface Attention {
  what: "Test" | "Step" | "Job" | "Finding" | "Scan" | "Load" | "Health" | "Deployment" | "Gate";
  title: string;
  place: string;
  message: string;
  link: string;
}

const firstLine = (text: string | undefined): string => (text ?? "").trim().split("\n")[0] ?? "";

export const scansOf = (report: Report): Scan[] =>
  report.records.filter((record): record is Scan => record.kind === "scan");

export const isSevere = (finding: Finding): boolean =>
  (finding.severity === "critical" || finding.severity === "high") &&
  (finding.state ?? "new") === "new";

function failedTests(rows: TestRow[]): Attention[] {
  return causesOf(rows).map((row) => ({
    what: "Test",
    title: row.name,
    place: row.test?.file
      ? `${row.test.file}${row.test.line ? `:${row.test.line}` : ""}`
      : row.suite.name,
    message: firstLine(row.test?.message || row.suite.message) || row.kind || "failed",
    link: address("tests", row.key),
  }));
}

function failedSteps(report: Report): Attention[] {
  const { jobs, annotations } = report.run;
  return jobs.flatMap((job) => {
    const failed = job.steps.filter((step) => step.conclusion === "failure");
    if (failed.length === 0 && job.result === "failure" && !job.expands) {
      const link = address("pipeline", `job-${job.index}`);
      return [{ what: "Job", title: job.name, place: "", message: job.reason ?? "", link }];
    }
    return failed.map((step): Attention => {
      const said = annotations.find(
        (note) => note.job === job.index && note.step === step.index && note.level === "error",
      );
      return {
        what: "Step",
        title: step.name,
        place: job.name,
        message: firstLine(said?.message) || step.reason || `exit code ${step.exitCode}`,
        link: address("logs", String(job.index), String(step.index)),
      };
    });
  }) as Attention[];
}

function severeFindings(report: Report): Attention[] {
  return scansOf(report).flatMap((scan) => {
    const incomplete: Attention[] =
      scan.complete === false
        ? [
            {
              what: "Scan",
              title: scan.scanner,
              place: scan.target ?? "",
              message: scan.message || "it could not look at everything",
              link: address("findings"),
            },
          ]
        : [];
    const severe = (scan.findings ?? []).filter(isSevere).map((finding): Attention => {
      const at = finding.locations?.[0];
      return {
        what: "Finding",
        title: finding.rule_name || finding.rule,
        place: at ? `${at.path}${at.line ? `:${at.line}` : ""}` : scan.scanner,
        message: `${finding.severity}: ${firstLine(finding.message)}`,
        link: address("findings"),
      };
    });
    return [...incomplete, ...severe];
  });
}

function failedOperations(report: Report): Attention[] {
  return report.records.flatMap((record): Attention[] => {
    if (record.kind === "load_run") {
      const crossed = (record.thresholds ?? []).filter((threshold) => !threshold.passed);
      return crossed.map((threshold) => ({
        what: "Load",
        title: `${threshold.metric} ${threshold.condition}`,
        place: record.script ?? "",
        message: `threshold crossed; ${share(record.failed ?? 0, record.requests ?? 0)} of requests failed`,
        link: address("load"),
      }));
    }
    if (record.kind === "health_check" && !record.healthy) {
      return [
        {
          what: "Health",
          title: record.service ?? "",
          place: record.target ?? "",
          message: record.message || `not healthy after ${duration(record.duration)}`,
          link: address("load"),
        },
      ];
    }
    if (record.kind === "deployment" && /fail|rolled/.test(record.state ?? "")) {
      return [
        {
          what: "Deployment",
          title: `${record.service ?? ""} ${record.version ?? ""}`.trim(),
          place: record.environment ?? "",
          message: record.message || (record.state ?? ""),
          link: address("load"),
        },
      ];
    }
    return [];
  });
}

function closedConditions(report: Report): Attention[] {
  return (report.gate?.conditions ?? [])
    .filter(({ state }) => state === "failed" || state === "missing")
    .map((condition) => ({
      what: "Gate",
      title: condition.condition,
      place: condition.source,
      message:
        condition.state === "missing"
          ? `wanted ${condition.wanted}, and nobody looked`
          : `wanted ${condition.wanted}, is ${condition.actual}`,
      link: address("gate"),
    }));
}

export function attentionOf(report: Report, rows: TestRow[]): Attention[] {
  return [
    ...failedTests(rows),
    ...failedSteps(report),
    ...severeFindings(report),
    ...failedOperations(report),
    ...closedConditions(report),
  ];
}

// What nobody looked at, so that a quiet report is not taken for a clean one.
export function notLookedAt(report: Report): string[] {
  const kinds = new Set<string>(report.records.map((record) => record.kind));
  const missing: string[] = [];
  if (!kinds.has("test_suite")) missing.push("tests");
  if (!report.coverage) missing.push("coverage");
  if (!kinds.has("scan")) missing.push("findings of scanners");
  if (!kinds.has("load_run")) missing.push("load");
  if (!kinds.has("health_check")) missing.push("health");
  if (!kinds.has("deployment")) missing.push("deployments");
  if (!kinds.has("image")) missing.push("images");
  if (!report.gate) missing.push("the gate (there is no crema.yml)");
  return missing;
}
