// The logs of all steps, and the search over everything they said.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { bytes, count, duration, secondsBetween } from "../format";
import type { Logs as OpenLogs } from "../logs/client";
import { SearchResults, useSearch } from "../logs/search";
import { LogViewer } from "../logs/viewer";
import { Empty, Filter, Glyph } from "../parts/marks";
import type { Job, LogStep, Report } from "../report";
import { address } from "../route";

const stepAt = (logs: OpenLogs, job: number, step: number): LogStep | undefined =>
  logs.index.steps.find((candidate) => candidate.job === job && candidate.step === step);

// The step to open where none is asked for: the first that failed, else the first that said anything.
function firstStep(report: Report, logs: OpenLogs): LogStep | undefined {
  for (const job of report.run.jobs) {
    const failed = job.steps.find((step) => step.conclusion === "failure");
    const log = failed && stepAt(logs, job.index, failed.index);
    if (log) return log;
  }
  return logs.index.steps[0];
}

export function Logs({
  report,
  logs,
  rest,
}: {
  report: Report;
  logs: OpenLogs | null | undefined;
  rest: string[];
}): JSX.Element {
  return (
    <div class="logs-view">
      <h1 tabIndex={-1}>
        Logs{" "}
        {logs && (
          <small>
            {count(logs.index.lines)} lines, {bytes(logs.index.bytes)}
          </small>
        )}
      </h1>
      {logs === null && <Empty>The steps of this run said nothing.</Empty>}
      {logs && <Browser report={report} logs={logs} rest={rest} />}
    </div>
  );
}

function Browser({
  report,
  logs,
  rest,
}: {
  report: Report;
  logs: OpenLogs;
  rest: string[];
}): JSX.Element {
  const [query, setQuery] = useState("");
  const [timestamps, setTimestamps] = useState(false);
  const found = useSearch(logs, query);
  useEffect(() => {
    void logs.warm();
  }, [logs]);
  const asked = rest[0] === undefined ? undefined : stepAt(logs, Number(rest[0]), Number(rest[1]));
  const silent = rest[0] !== undefined && !asked;
  const step = asked ?? (silent ? undefined : firstStep(report, logs));
  const line = asked ? Number(rest[2] ?? 0) - 1 : -1;
  const route = rest.join("/");
  // A hit that is chosen is shown in its log.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the address is what was chosen
  useEffect(() => setQuery(""), [route]);
  const job = report.run.jobs.find(
    (candidate) => candidate.index === (step?.job ?? Number(rest[0])),
  );
  const index = step?.step ?? Number(rest[1]);
  const name = job?.steps.find((candidate) => candidate.index === index)?.name ?? "";
  return (
    <>
      <div class="toolbar">
        <Filter value={query} placeholder="Search all logs" onInput={setQuery} />
        <label class="check">
          <input
            type="checkbox"
            checked={timestamps}
            onChange={(event) => setTimestamps(event.currentTarget.checked)}
          />
          Times
        </label>
      </div>
      {found ? (
        <SearchResults logs={logs} run={report.run} found={found} />
      ) : (
        <div class="log-browser">
          <StepList report={report} logs={logs} shown={step} />
          <div class="log-panel">
            <h2>
              {job?.name} › {name}
              {step?.leftOut && (
                <span class="note">{count(step.leftOut[1])} lines of its middle are left out</span>
              )}
              {step && step.errors.length > 0 && <Errors step={step} />}
            </h2>
            {step ? (
              <LogViewer
                key={step.first}
                logs={logs}
                step={step}
                asked={line}
                timestamps={timestamps}
              />
            ) : (
              <Empty>This step said nothing.</Empty>
            )}
          </div>
        </div>
      )}
    </>
  );
}

function Errors({ step }: { step: LogStep }): JSX.Element {
  return (
    <span class="jumps">
      errors at{" "}
      {step.errors.slice(0, 8).map((line) => (
        <a key={line} href={address("logs", String(step.job), String(step.step), String(line + 1))}>
          {line + 1}
        </a>
      ))}
    </span>
  );
}

function StepList({
  report,
  logs,
  shown,
}: {
  report: Report;
  logs: OpenLogs;
  shown: LogStep | undefined;
}): JSX.Element {
  const jobs = report.run.jobs.filter((job) => job.steps.length > 0);
  return (
    <nav class="step-list" aria-label="Steps">
      {jobs.map((job) => (
        <JobSteps
          key={job.index}
          job={job}
          logs={logs}
          shown={shown}
          open={jobs.length <= 3 || job.result === "failure" || job.index === shown?.job}
        />
      ))}
    </nav>
  );
}

function JobSteps({
  job,
  logs,
  shown,
  open,
}: {
  job: Job;
  logs: OpenLogs;
  shown: LogStep | undefined;
  open: boolean;
}): JSX.Element {
  return (
    <details open={open}>
      <summary>
        <Glyph state={job.result} />
        <span class="name" title={job.name}>
          {job.name}
        </span>
      </summary>
      <ul>
        {job.steps.map((step) => {
          const log = stepAt(logs, job.index, step.index);
          const current = shown?.job === job.index && shown.step === step.index;
          return (
            <li key={step.index}>
              <a
                href={address("logs", String(job.index), String(step.index))}
                aria-current={current ? "true" : undefined}
                class={log ? "" : "silent"}
              >
                <Glyph state={step.conclusion} />
                <span class="name" title={step.name}>
                  {step.name}
                </span>
                <span class="time">{duration(secondsBetween(step.started, step.finished))}</span>
              </a>
            </li>
          );
        })}
      </ul>
    </details>
  );
}
