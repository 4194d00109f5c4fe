// What passed, what failed, and where to look first.
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import {
  branchOf,
  bytes,
  count,
  counted,
  dateTime,
  duration,
  percent,
  secondsBetween,
} from "../format";
import type { Attention } from "../model/attention";
import { notLookedAt } from "../model/attention";
import { ratio } from "../model/coverage";
import { findingRows } from "../model/findings";
import { criticalPath, realJobs } from "../model/pipeline";
import { countRows, type TestRow } from "../model/tests";
import { CoverageBar, Glyph, more, Section, Tag, toneOf } from "../parts/marks";
import type { RecentRun, Report } from "../report";
import { address } from "../route";
import { statesOf } from "./gate";
import { Timeline } from "./timeline";

const VERDICTS: Record<string, string> = {
  success: "Passed",
  failure: "Failed",
  cancelled: "Cancelled",
  interrupted: "Interrupted",
  running: "Running",
};

const FIRST = 12;

export function Overview({
  report,
  rows,
  attention,
}: {
  report: Report;
  rows: TestRow[];
  attention: Attention[];
}): JSX.Element {
  const path = useMemo(() => new Set(criticalPath(report.run.jobs)), [report]);
  return (
    <>
      <Head report={report} attention={attention} />
      <Figures report={report} rows={rows} />
      <div class="columns">
        <div>
          <FirstLook attention={attention} state={report.run.state} />
          <Section
            title="Jobs"
            note={duration(secondsBetween(report.run.started, report.run.finished))}
          >
            <Timeline report={report} path={path} asked={-1} />
          </Section>
          <Services report={report} />
        </div>
        <div>
          <Trend recent={report.recent} />
          <Path report={report} />
          <Left report={report} />
        </div>
      </div>
    </>
  );
}

function Head({ report, attention }: { report: Report; attention: Attention[] }): JSX.Element {
  const { run } = report;
  // A run whose steps all went well is no good run when its gate is closed.
  const state = run.state === "success" && report.gate?.passed === false ? "failure" : run.state;
  const seconds = secondsBetween(run.started, run.finished);
  const facts: [string, JSX.Element | string][] = [
    ["Branch", branchOf(run.ref)],
    ["Commit", <code key="sha">{run.sha.slice(0, 9)}</code>],
    ["Trigger", run.event],
    ["Started", dateTime(run.started)],
    ["Took", duration(seconds) || "not finished"],
  ];
  const kinds = new Map<string, number>();
  for (const { what } of attention) kinds.set(what, (kinds.get(what) ?? 0) + 1);
  const words = [...kinds].map(([what, number]) =>
    counted(number, WORDS[what]![0]!, WORDS[what]![1]!),
  );
  return (
    <header class={`verdict ${toneOf(state)}`}>
      <Glyph state={state} />
      <div>
        <h1 tabIndex={-1}>
          {state === run.state ? VERDICTS[state] : "The gate is closed"}
          {words.length > 0 && <span class="what">{words.join(", ")}</span>}
        </h1>
        <p class="title">
          {run.title || run.workflow}
          {run.title && run.title !== run.workflow && <span class="of">{run.workflow}</span>}
          {run.path && <code>{run.path}</code>}
        </p>
        <dl class="facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </div>
    </header>
  );
}

const WORDS: Record<string, [string, string]> = {
  Test: ["test", "tests"],
  Step: ["step", "steps"],
  Job: ["job", "jobs"],
  Finding: ["severe finding", "severe findings"],
  Scan: ["incomplete scan", "incomplete scans"],
  Load: ["load threshold", "load thresholds"],
  Health: ["service unhealthy", "services unhealthy"],
  Deployment: ["deployment", "deployments"],
  Gate: ["gate condition", "gate conditions"],
};

interface Figure {
  name: string;
  value: string;
  note: string;
  bad: boolean;
  link: string;
}

function figuresOf(report: Report, rows: TestRow[]): Figure[] {
  const { run } = report;
  const jobs = realJobs(run.jobs);
  const failedJobs = jobs.filter((job) => job.result === "failure").length;
  const figures: Figure[] = [
    {
      name: "Jobs",
      value: count(jobs.length),
      note: failedJobs ? `${failedJobs} failed` : "none failed",
      bad: failedJobs > 0,
      link: address("pipeline"),
    },
  ];
  if (rows.length > 0) {
    const counts = countRows(rows);
    const notes = [
      counts.failed && `${count(counts.failed)} failed`,
      counts.flaky && `${count(counts.flaky)} flaky`,
      counts.skipped && `${count(counts.skipped)} skipped`,
    ].filter(Boolean);
    const bad = counts.failed > 0;
    const note = notes.join(", ") || "all passed";
    figures.push({ name: "Tests", value: count(rows.length), note, bad, link: address("tests") });
  }
  if (report.coverage) {
    const { total, fresh } = report.coverage;
    figures.push({
      name: "Coverage",
      value: percent(...total),
      note: fresh?.[1] ? `${percent(...fresh)} of new lines` : `${count(total[1])} statements`,
      bad: false,
      link: address("coverage"),
    });
  }
  const scans = report.records.filter((record) => record.kind === "scan").length;
  if (scans > 0) {
    const open = findingRows(report).filter((row) => row.state === "new");
    const severe = open.filter((row) => row.severity === "critical" || row.severity === "high");
    figures.push({
      name: "New findings",
      value: count(open.length),
      note: severe.length ? `${severe.length} critical or high` : `of ${counted(scans, "scan")}`,
      bad: severe.length > 0,
      link: address("findings"),
    });
  }
  const load = report.records.find((record) => record.kind === "load_run");
  if (load?.kind === "load_run") {
    figures.push({
      name: "Load, p95",
      value: duration(load.percentiles?.p95) || "–",
      note: `${count(Math.round(load.requests_per_second ?? 0))} requests/s`,
      bad: (load.thresholds ?? []).some((threshold) => !threshold.passed),
      link: address("load"),
    });
  }
  if (report.gate) {
    const closed = report.gate.conditions.filter(
      ({ state }) => state === "failed" || state === "missing",
    ).length;
    figures.push({
      name: "Gate",
      value: report.gate.passed ? "Open" : "Closed",
      note: closed
        ? `${closed} of ${report.gate.conditions.length} conditions fail`
        : statesOf(report.gate.conditions),
      bad: !report.gate.passed,
      link: address("gate"),
    });
  }
  return figures;
}

function Figures({ report, rows }: { report: Report; rows: TestRow[] }): JSX.Element {
  return (
    <ul class="figures">
      {figuresOf(report, rows).map((figure) => (
        <li key={figure.name}>
          <a href={figure.link}>
            <span class="name">{figure.name}</span>
            <span class="value">{figure.value}</span>
            <span class={figure.bad ? "note bad" : "note"}>{figure.note}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

function FirstLook({ attention, state }: { attention: Attention[]; state: string }): JSX.Element {
  const [shown, setShown] = useState(FIRST);
  if (attention.length === 0) {
    return (
      <Section title="Where to look first">
        <p class="calm">
          <Glyph state={state} />
          {state === "success"
            ? "Nothing failed."
            : "No step, test or condition has failed, and yet the run did not succeed."}
        </p>
      </Section>
    );
  }
  return (
    <Section title="Where to look first" note={counted(attention.length, "place")}>
      <ul class="rows attention">
        {attention.slice(0, shown).map((item) => (
          <li key={item.link + item.title + item.place}>
            <a href={item.link}>
              <span class="head">
                <b>{item.title}</b>
                <code>{item.place}</code>
                <Tag>{item.what}</Tag>
              </span>
              <span class="message">{item.message}</span>
            </a>
          </li>
        ))}
      </ul>
      {more(shown, attention.length, () => setShown(shown + 500))}
    </Section>
  );
}

const FEW_SERVICES = 8;

function Services({ report }: { report: Report }): JSX.Element | null {
  const { coverage } = report;
  if (!coverage) return null;
  const least = [...coverage.services].sort((a, b) => ratio(a.total) - ratio(b.total));
  return (
    <Section
      title="Coverage by service"
      note={least.length > FEW_SERVICES ? "the least covered" : undefined}
    >
      <ul class="rows services">
        {least.slice(0, FEW_SERVICES).map((service) => (
          <li key={service.name}>
            <a href={address("coverage")}>
              <span class="name">{service.name === "." ? "the root" : service.name}</span>
              <CoverageBar total={service.total} />
              <span class="time">{percent(...service.total)}</span>
            </a>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Trend({ recent }: { recent: RecentRun[] }): JSX.Element | null {
  if (recent.length < 2) return null;
  const lengths = recent.map((run) => secondsBetween(run.started, run.finished) ?? 0);
  const longest = Math.max(...lengths, 0.001);
  const failed = recent.filter((run) => run.state === "failure").length;
  const width = 100 / Math.max(recent.length, 12);
  return (
    <Section title="Recent runs" note={`${failed} of ${recent.length} failed`}>
      <div class="panel trend">
        <svg
          viewBox="0 0 100 36"
          preserveAspectRatio="none"
          role="img"
          aria-label={`The last ${recent.length} runs, ${failed} of them failed`}
        >
          {recent.map((run, place) => {
            const height = Math.max(2, (lengths[place]! / longest) * 34);
            return (
              <rect
                key={run.number}
                class={toneOf(run.state)}
                x={place * width + width * 0.14}
                y={36 - height}
                width={width * 0.72}
                height={height}
              >
                <title>{`run ${run.number}, ${branchOf(run.ref)} ${run.sha.slice(0, 7)}: ${run.state}, ${duration(lengths[place])}`}</title>
              </rect>
            );
          })}
        </svg>
        <p class="note">
          Height is duration; the longest took {duration(longest)}, this one{" "}
          {duration(lengths.at(-1))}.
        </p>
      </div>
    </Section>
  );
}

function Path({ report }: { report: Report }): JSX.Element | null {
  const path = criticalPath(report.run.jobs);
  if (path.length === 0) return null;
  const lengths = path.map((job) => secondsBetween(job.started, job.finished) ?? 0);
  const whole = lengths.reduce((sum, length) => sum + length, 0);
  return (
    <Section title="Critical path" note={duration(whole)}>
      <ol class="rows path">
        {path.map((job, place) => (
          <li key={job.index}>
            <a href={address("pipeline", `job-${job.index}`)}>
              <Glyph state={job.result} />
              <span class="name">{job.name}</span>
              <span class="share" aria-hidden="true">
                <i style={{ width: `${whole ? (lengths[place]! / whole) * 100 : 0}%` }} />
              </span>
              <span class="time">{duration(lengths[place])}</span>
            </a>
          </li>
        ))}
      </ol>
    </Section>
  );
}

function Left({ report }: { report: Report }): JSX.Element {
  const missing = notLookedAt(report);
  const remarks = [...new Set(report.run.remarks.map((remark) => remark.message))];
  return (
    <>
      {report.run.artifacts.length > 0 && (
        <Section title="Artifacts" note={counted(report.run.artifacts.length, "artifact")}>
          <ul class="rows plain">
            {report.run.artifacts.map((artifact) => (
              <li key={artifact.id}>
                <b>{artifact.name}</b>
                <span class="time">
                  {counted(artifact.files, "file")}, {bytes(artifact.bytes)}
                </span>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {missing.length > 0 && (
        <Section title="Not looked at">
          <p class="panel prose">Nothing in this run tells about {listed(missing)}.</p>
        </Section>
      )}
      {(remarks.length > 0 || report.notes.length > 0) && (
        <Section title="Remarks">
          <ul class="panel prose">
            {[...report.notes, ...remarks].map((remark) => (
              <li key={remark}>{remark}</li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

const listed = (items: string[]): string =>
  items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
