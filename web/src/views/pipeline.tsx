// The jobs of the run: as the graph of what waits for what, and as they lay in time.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { counted, duration, secondsBetween } from "../format";
import { criticalPath, realJobs } from "../model/pipeline";
import { Markdown } from "../parts/markdown";
import { Section, Tag } from "../parts/marks";
import type { Annotation, Report } from "../report";
import { address } from "../route";
import { Graph } from "./graph";
import { Timeline } from "./timeline";

export function Pipeline({ report, rest }: { report: Report; rest: string[] }): JSX.Element {
  const { run } = report;
  const path = useMemo(() => new Set(criticalPath(run.jobs)), [run]);
  const asked = Number(/^job-(\d+)$/.exec(rest[0] ?? "")?.[1] ?? -1);
  const jobs = realJobs(run.jobs);
  return (
    <>
      <h1 tabIndex={-1}>Pipeline</h1>
      <Section
        title="Graph"
        note={
          <>
            {counted(jobs.length, "job")} <i class="key-path" /> critical path
          </>
        }
      >
        <Graph jobs={run.jobs} path={path} />
      </Section>
      <Section title="Timeline" note={duration(secondsBetween(run.started, run.finished))}>
        <Timeline report={report} path={path} asked={asked} />
      </Section>
      {run.annotations.length > 0 && (
        <Section title="Annotations" note={counted(run.annotations.length, "annotation")}>
          <Annotations report={report} />
        </Section>
      )}
      {run.summaries.length > 0 && (
        <Section title="Summaries" note={counted(run.summaries.length, "summary", "summaries")}>
          {run.summaries.map((summary) => (
            <article class="panel summary" key={`${summary.job}/${summary.step}`}>
              <h3>{run.jobs[summary.job]?.name}</h3>
              <Markdown text={summary.markdown} />
            </article>
          ))}
        </Section>
      )}
    </>
  );
}

function Annotations({ report }: { report: Report }): JSX.Element {
  const { run } = report;
  const order: Annotation["level"][] = ["error", "warning", "notice"];
  const notes = [...run.annotations].sort(
    (a, b) => order.indexOf(a.level) - order.indexOf(b.level),
  );
  return (
    <ul class="rows annotations">
      {notes.slice(0, 300).map((note, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same note may come twice
        <li key={place}>
          <a href={address("logs", String(note.job), String(note.step))}>
            <span class="head">
              <Tag
                tone={note.level === "error" ? "bad" : note.level === "warning" ? "warn" : "quiet"}
              >
                {note.level}
              </Tag>
              {note.title && <b>{note.title}</b>}
              <code>
                {note.file
                  ? `${note.file}${note.line ? `:${note.line}` : ""}`
                  : run.jobs[note.job]?.name}
              </code>
            </span>
            <span class="message">{note.message}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}
