// Tests: what failed with its own output, what is flaky, what is slow, and all of them.
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { bytes, count, counted, duration } from "../format";
import {
  causesOf,
  countRows,
  failureRate,
  mediaOfTests,
  type PartNode,
  type Status,
  type SuiteNode,
  type TestCounts,
  type TestRow,
  testTree,
} from "../model/tests";
import type { Parts } from "../page";
import { Dots, Empty, Filter, Glyph, more, Section, Tag } from "../parts/marks";
import { Output } from "../parts/output";
import type { Medium, Report } from "../report";
import { address } from "../route";

const STATES: (Status | "all")[] = ["all", "failed", "flaky", "passed", "skipped"];
const SLOWEST = 15;

export function Tests({
  report,
  rows,
  parts,
  rest,
}: {
  report: Report;
  rows: TestRow[];
  parts: Parts;
  rest: string[];
}): JSX.Element {
  const [query, setQuery] = useState("");
  const [state, setState] = useState<Status | "all">("all");
  const counts = useMemo(() => countRows(rows), [rows]);
  const media = useMemo(() => mediaOfTests(rows, report.media), [rows, report.media]);
  const searching = query !== "" || state !== "all";
  const found = useMemo(() => {
    const wanted = query.toLowerCase();
    return rows.filter(
      (row) =>
        (state === "all" || row.status === state) &&
        `${row.name}\n${row.suite.name}\n${row.suite.project ?? ""}\n${row.test?.file ?? ""}`
          .toLowerCase()
          .includes(wanted),
    );
  }, [rows, query, state]);
  const asked = rows.find((row) => row.key === rest[0]);
  if (rows.length === 0) {
    return (
      <>
        <h1 tabIndex={-1}>Tests</h1>
        <Empty>No step of this run has left test results.</Empty>
      </>
    );
  }
  const picture = (row: TestRow): JSX.Element => (
    <>
      <Gallery indexes={media.of.get(row) ?? []} media={report.media} parts={parts} />
      <Attached row={row} media={report.media} />
    </>
  );
  const failed = causesOf(rows);
  const flaky = rows.filter((row) => row.status === "flaky");
  return (
    <>
      <h1 tabIndex={-1}>Tests</h1>
      <div class="toolbar">
        <Filter value={query} placeholder="Filter by name, suite or file" onInput={setQuery} />
        <div class="choices" role="group" aria-label="Outcome">
          {STATES.map((choice) => (
            <button
              type="button"
              key={choice}
              aria-pressed={state === choice}
              onClick={() => setState(choice)}
            >
              {choice} <span>{count(choice === "all" ? rows.length : counts[choice])}</span>
            </button>
          ))}
        </div>
      </div>
      {searching ? (
        <Section title="Found" note={counted(found.length, "test")}>
          <RowList rows={found} asked={asked} picture={picture} suites />
        </Section>
      ) : (
        <>
          {failed.length > 0 && (
            <Section title="Failed" note={counted(failed.length, "failure")}>
              <RowList
                rows={failed}
                asked={asked}
                picture={picture}
                suites
                open={failed.length <= 3}
              />
            </Section>
          )}
          {flaky.length > 0 && (
            <Section title="Flaky" note="failed, then passed without a change">
              <RowList rows={flaky} asked={asked} picture={picture} suites />
            </Section>
          )}
          <Unowned indexes={media.rest} media={report.media} parts={parts} />
          <Section title="All tests" note={summary(counts)}>
            {testTree(rows).map((part) => (
              <Part key={part.name} part={part} asked={asked} picture={picture} />
            ))}
          </Section>
          <Slowest rows={rows} />
        </>
      )}
    </>
  );
}

const summary = (counts: TestCounts): string =>
  [
    counts.failed && `${count(counts.failed)} failed`,
    counts.flaky && `${count(counts.flaky)} flaky`,
    `${count(counts.passed)} passed`,
    counts.skipped && `${count(counts.skipped)} skipped`,
  ]
    .filter(Boolean)
    .join(", ");

type Picture = (row: TestRow) => JSX.Element;

function Part({
  part,
  asked,
  picture,
}: {
  part: PartNode;
  asked: TestRow | undefined;
  picture: Picture;
}): JSX.Element {
  return (
    <div class="tree">
      {part.name && <h3>{part.name}</h3>}
      {part.projects.map((project) => (
        <Folder
          key={project.name}
          title={project.name || "the repository's root"}
          counts={project.counts}
          open={
            part.projects.length === 1 || project.suites.some((node) => node.rows.includes(asked!))
          }
        >
          {() =>
            project.suites.map((node) => (
              <Suite key={node.suite.name} node={node} asked={asked} picture={picture} />
            ))
          }
        </Folder>
      ))}
    </div>
  );
}

function Suite({
  node,
  asked,
  picture,
}: {
  node: SuiteNode;
  asked: TestRow | undefined;
  picture: Picture;
}): JSX.Element {
  const { suite } = node;
  return (
    <Folder
      title={suite.name}
      counts={node.counts}
      open={node.rows.includes(asked!)}
      time={`${suite.cached ? "cached, " : ""}${duration(suite.duration)}`}
    >
      {() => <RowList rows={node.rows} asked={asked} picture={picture} />}
    </Folder>
  );
}

// What is folded is not drawn: a repository may have fifty thousand tests.
function Folder({
  title,
  counts,
  open,
  time,
  children,
}: {
  title: string;
  counts: TestCounts;
  open: boolean;
  time?: string;
  children: () => JSX.Element | JSX.Element[];
}): JSX.Element {
  const [shown, setShown] = useState(open);
  const state = counts.failed
    ? "failed"
    : counts.flaky
      ? "flaky"
      : counts.passed
        ? "passed"
        : "skipped";
  return (
    <details class="folder" open={shown} onToggle={(event) => setShown(event.currentTarget.open)}>
      <summary>
        <Glyph state={state} />
        <span class="name">{title}</span>
        <span class="note">{summary(counts)}</span>
        <span class="time">{time}</span>
      </summary>
      {shown && <div class="inside">{children()}</div>}
    </details>
  );
}

function RowList({
  rows,
  asked,
  picture,
  suites,
  open,
}: {
  rows: TestRow[];
  asked: TestRow | undefined;
  picture: Picture;
  suites?: boolean;
  open?: boolean;
}): JSX.Element {
  const [shown, setShown] = useState(100);
  return (
    <>
      <ul class="rows tests">
        {rows.slice(0, shown).map((row) => (
          <Row
            key={row.key}
            row={row}
            asked={row === asked}
            picture={picture}
            suite={suites ?? false}
            open={open ?? false}
          />
        ))}
      </ul>
      {more(shown, rows.length, () => setShown(shown + 500))}
    </>
  );
}

function Row({
  row,
  asked,
  picture,
  suite,
  open,
}: {
  row: TestRow;
  asked: boolean;
  picture: Picture;
  suite: boolean;
  open: boolean;
}): JSX.Element {
  const [shown, setShown] = useState(open || asked);
  useEffect(() => {
    if (asked) setShown(true);
  }, [asked]);
  const place = row.test?.file ? `${row.test.file}${row.test.line ? `:${row.test.line}` : ""}` : "";
  const message = row.test ? row.test.message : row.suite.message;
  return (
    <li id={asked ? `tests/${row.key}` : undefined} class={asked ? "asked" : ""}>
      <details open={shown} onToggle={(event) => setShown(event.currentTarget.open)}>
        <summary>
          <Glyph state={row.status} />
          <span class="name">
            {row.name}
            {suite && row.test && <small>{row.suite.name}</small>}
            {message && row.status === "failed" && (
              <small class="said">{message.split("\n")[0]}</small>
            )}
          </span>
          {row.kind && row.kind !== "none" && row.kind !== "assertion" && (
            <Tag tone="bad">{row.kind}</Tag>
          )}
          <Dots results={row.history} />
          <span class="time">{duration(row.duration)}</span>
        </summary>
        {shown && (
          <div class="inside">
            <p class="facts">
              {place && <code>{place}</code>}
              <span>{[row.suite.framework, row.suite.part].filter(Boolean).join(", ")}</span>
              {row.suite.origin.job && <span>job {row.suite.origin.job}</span>}
              {row.history.length > 1 && (
                <span>
                  failed in {Math.round(failureRate(row.history) * 100)} % of {row.history.length}{" "}
                  runs
                </span>
              )}
              <a href={address("tests", row.key)} aria-label={`Link to ${row.name}`}>
                link
              </a>
            </p>
            {message && <p class="message">{message}</p>}
            {(row.test?.earlier ?? []).map((attempt, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: attempts never move
              <div key={index}>
                <h4>
                  Attempt {index + 1}: {attempt.outcome}
                  {attempt.kind && attempt.kind !== "none" ? `, ${attempt.kind}` : ""}{" "}
                  {duration(attempt.duration)}
                </h4>
                {attempt.output && (
                  <Output text={attempt.output} label={`Output of attempt ${index + 1}`} />
                )}
              </div>
            ))}
            {printed(row) ? (
              <Output text={printed(row)} label={`Output of ${row.name}`} />
            ) : (
              <p class="note">It printed nothing.</p>
            )}
            {picture(row)}
          </div>
        )}
      </details>
    </li>
  );
}

// What else the test has left: a trace opens with its own tool.
function Attached({ row, media }: { row: TestRow; media: Medium[] }): JSX.Element | null {
  const shown = new Set(media.map(({ artifact, path }) => `${artifact}/${path}`));
  const others = (row.test?.attachments ?? []).filter(({ path }) => !shown.has(path));
  if (others.length === 0) return null;
  return (
    <ul class="attached">
      {others.map(({ name, path }) => (
        <li key={path}>
          {name}: <code>{path}</code>
          {path.endsWith("trace.zip") && (
            <span class="note"> opens with npx playwright show-trace</span>
          )}
        </li>
      ))}
    </ul>
  );
}

const printed = (row: TestRow): string => (row.test ? row.test.output : row.suite.output) ?? "";

function Slowest({ rows }: { rows: TestRow[] }): JSX.Element {
  const slowest = [...rows].sort((a, b) => b.duration - a.duration).slice(0, SLOWEST);
  const most = slowest[0]?.duration || 1;
  return (
    <Section title="Slowest">
      <ul class="rows slowest">
        {slowest
          .filter((row) => row.duration > 0)
          .map((row) => (
            <li key={row.key}>
              <a href={address("tests", row.key)}>
                <span class="name">
                  {row.name} <small>{row.suite.name}</small>
                </span>
                <span class="share" aria-hidden="true">
                  <i style={{ width: `${(row.duration / most) * 100}%` }} />
                </span>
                <span class="time">{duration(row.duration)}</span>
              </a>
            </li>
          ))}
      </ul>
    </Section>
  );
}

function Unowned({
  indexes,
  media,
  parts,
}: {
  indexes: number[];
  media: Medium[];
  parts: Parts;
}): JSX.Element | null {
  if (indexes.length === 0) return null;
  return (
    <Section title="Pictures and videos" note="of artifacts, of no failed test">
      <details class="folder">
        <summary>
          <span class="name">{counted(indexes.length, "file")}</span>
        </summary>
        <div class="inside">
          <Gallery indexes={indexes} media={media} parts={parts} />
        </div>
      </details>
    </Section>
  );
}

function Gallery({
  indexes,
  media,
  parts,
}: {
  indexes: number[];
  media: Medium[];
  parts: Parts;
}): JSX.Element {
  return (
    <div class="gallery">
      {indexes.map((index) => {
        const medium = media[index]!;
        const data = medium.embedded ? parts.text(`media-${index}`) : undefined;
        const address = data ? `data:${medium.type};base64,${data}` : "";
        return (
          <figure key={index}>
            {address &&
              (medium.type.startsWith("video/") ? (
                // biome-ignore lint/a11y/useMediaCaption: recordings of tests have no sound
                <video controls preload="none" src={address} />
              ) : (
                <img src={address} alt={medium.path} loading="lazy" />
              ))}
            <figcaption>
              {medium.path}, {bytes(medium.bytes)}
              {!medium.embedded && `: too large for this page, in the artifact ${medium.artifact}`}
            </figcaption>
          </figure>
        );
      })}
    </div>
  );
}
