// The jobs of a run, and their steps, as they lay in time.
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { duration, secondsBetween } from "../format";
import { realJobs, spanOf, ticks } from "../model/pipeline";
import { Glyph } from "../parts/marks";
import type { Job, Report, Step } from "../report";
import { address } from "../route";
import { jobTime } from "./graph";

export function Timeline({
  report,
  path,
  asked,
}: {
  report: Report;
  path: Set<Job>;
  asked: number;
}): JSX.Element {
  const { run } = report;
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const jobs = useMemo(() => {
    const time = (job: Job): number => (job.started ? Date.parse(job.started) : Number.MAX_VALUE);
    return realJobs(run.jobs).sort((a, b) => time(a) - time(b) || a.index - b.index);
  }, [run]);
  const origin = Date.parse(run.started);
  const end = Math.max(
    1,
    (run.finished ? Date.parse(run.finished) : origin) - origin,
    ...jobs.map((job) => (job.finished ? Date.parse(job.finished) - origin : 0)),
  );
  const toggle = (job: number): void => {
    const next = new Set(open);
    if (!next.delete(job)) next.add(job);
    setOpen(next);
  };
  return (
    <div class="panel timeline">
      <div class="axis" aria-hidden="true">
        <span />
        <div>
          {ticks(end, 6).map((at) => (
            <span key={at} style={{ left: `${(at / end) * 100}%` }}>
              {duration(at / 1000)}
            </span>
          ))}
        </div>
        <span />
      </div>
      <ul>
        {jobs.map((job) => {
          const shown = open.has(job.index) || asked === job.index;
          return (
            <li
              key={job.index}
              id={`pipeline/job-${job.index}`}
              class={asked === job.index ? "asked" : ""}
            >
              <button
                type="button"
                class="bar-row"
                aria-expanded={shown}
                onClick={() => toggle(job.index)}
              >
                <span class="label">
                  <Glyph state={job.result} />
                  <span class="name" title={job.name}>
                    {job.name}
                  </span>
                </span>
                <Bar
                  record={job}
                  steps={job.steps}
                  origin={origin}
                  end={end}
                  critical={path.has(job)}
                />
                <span class="time">{jobTime(job) || (job.result ?? "")}</span>
              </button>
              {shown && <Steps job={job} origin={origin} end={end} />}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Bar({
  record,
  steps,
  origin,
  end,
  critical,
}: {
  record: Job | Step;
  steps?: Step[];
  origin: number;
  end: number;
  critical: boolean;
}): JSX.Element {
  const span = spanOf(record, origin, end);
  const part = (from: number): string => `${(from / end) * 100}%`;
  const state = "result" in record ? record.result : (record as Step).conclusion;
  return (
    <span class="track" aria-hidden="true">
      {span && (
        <i
          class={`span ${state ?? ""} ${critical ? "critical" : ""}`}
          style={{ left: part(span.from), width: `max(3px, ${part(span.to - span.from)})` }}
        >
          {(steps ?? [])
            .filter((step) => step.conclusion === "failure")
            .map((step) => {
              const inner = spanOf(step, origin, end);
              const length = Math.max(1, span.to - span.from);
              return (
                inner && (
                  <b
                    key={step.index}
                    style={{
                      left: `${((inner.from - span.from) / length) * 100}%`,
                      width: `max(3px, ${((inner.to - inner.from) / length) * 100}%)`,
                    }}
                  />
                )
              );
            })}
        </i>
      )}
    </span>
  );
}

function Steps({ job, origin, end }: { job: Job; origin: number; end: number }): JSX.Element {
  return (
    <div class="steps">
      {job.reason && <p class="note">{job.reason}</p>}
      {job.steps.map((step) => (
        <a
          key={step.index}
          class="bar-row"
          href={address("logs", String(job.index), String(step.index))}
        >
          <span class="label">
            <Glyph state={step.conclusion} />
            <span class="name" title={step.name}>
              {step.name}
            </span>
          </span>
          <Bar record={step} origin={origin} end={end} critical={false} />
          <span class="time">{duration(secondsBetween(step.started, step.finished))}</span>
        </a>
      ))}
      {Object.keys(job.outputs).length > 0 && (
        <dl class="outputs">
          {Object.entries(job.outputs).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <code>{value}</code>
              </dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}
