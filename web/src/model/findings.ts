// Findings of all scanners as one list, grouped as a reader asks.
import type { Finding, Report, Severity } from "../report";
import { scansOf } from "./attention";

export const SEVERITIES: Severity[] = ["critical", "high", "medium", "low", "note"];

export interface FindingRow extends Finding {
  scanner: string;
  state: "new" | "known" | "suppressed";
}

// A report that is uploaded holds what the scan itself has left already.
function eachOnce(rows: FindingRow[]): FindingRow[] {
  const met = new Set<string>();
  return rows.filter((row) => {
    const key = `${row.rule} ${row.fingerprint}`;
    if (row.fingerprint && met.has(key)) return false;
    met.add(key);
    return true;
  });
}

export function findingRows(report: Report): FindingRow[] {
  const rows = scansOf(report).flatMap((scan) =>
    (scan.findings ?? []).map((finding) => ({
      ...finding,
      scanner: finding.scanner || scan.scanner,
      state: finding.state ?? ("new" as const),
    })),
  );
  return eachOnce(rows).sort(
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

export type GroupBy = "severity" | "family" | "rule" | "thing to do" | "scanner";

// What one thing to do is called: the upgrade, the advisory or secret, else the rule.
function taskOf(row: FindingRow): string {
  if (row.fix?.package)
    return row.fix.version
      ? `Upgrade ${row.fix.package} to ${row.fix.version}`
      : `${row.fix.package} has no fixed version`;
  return row.incident ? `${row.rule_name || row.rule} (${row.incident.slice(0, 24)})` : row.rule;
}

function nameOf(row: FindingRow, by: GroupBy): string {
  if (by === "rule") return `${row.scanner} ${row.rule}`;
  if (by === "thing to do") return taskOf(row);
  if (by === "family") return row.family || row.scanner;
  return row[by];
}

export function groupsOf(rows: FindingRow[], by: GroupBy): [name: string, rows: FindingRow[]][] {
  const groups = new Map<string, FindingRow[]>();
  for (const row of rows) {
    const name = nameOf(row, by);
    const group = groups.get(name);
    if (group) group.push(row);
    else groups.set(name, [row]);
  }
  return [...groups];
}
