// Findings of all scanners as one list, grouped as a reader asks.
import type { Finding, Report, Severity } from "../report";
import { scansOf } from "./attention";

export const SEVERITIES: Severity[] = ["critical", "high", "medium", "low", "note"];

export interface FindingRow extends Finding {
  scanner: string;
  state: "new" | "known" | "suppressed";
}

export function findingRows(report: Report): FindingRow[] {
  return scansOf(report)
    .flatMap((scan) =>
      (scan.findings ?? []).map((finding) => ({
        ...finding,
        scanner: finding.scanner || scan.scanner,
        state: finding.state ?? "new",
      })),
    )
    .sort(
      (a, b) =>
        SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
        a.rule.localeCompare(b.rule) ||
        placeOf(a).localeCompare(placeOf(b)),
    );
}

export function placeOf(finding: Finding): string {
  const at = finding.locations?.[0];
  if (!at) return "";
  return `${at.path}${at.line ? `:${at.line}` : ""}${at.line && at.column ? `:${at.column}` : ""}`;
}

export type GroupBy = "severity" | "scanner" | "rule";

export function groupsOf(rows: FindingRow[], by: GroupBy): [name: string, rows: FindingRow[]][] {
  const groups = new Map<string, FindingRow[]>();
  for (const row of rows) {
    const name = by === "rule" ? `${row.scanner} ${row.rule}` : row[by];
    const group = groups.get(name);
    if (group) group.push(row);
    else groups.set(name, [row]);
  }
  return [...groups];
}
