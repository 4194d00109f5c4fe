// Coverage: by service, by folder and file, and the source itself with what ran and what did not.
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { count, counted, percent } from "../format";
import {
  type CoverageNode,
  coverageTree,
  lineMark,
  ratio,
  uncoveredStretches,
} from "../model/coverage";
import type { Parts } from "../page";
import { CoverageBar, Empty, Filter, more, Section } from "../parts/marks";
import type { CoverageFile, FunctionRow, Coverage as Measured, Report, Source } from "../report";
import { address } from "../route";

export function Coverage({
  report,
  parts,
  rest,
}: {
  report: Report;
  parts: Parts;
  rest: string[];
}): JSX.Element {
  const { coverage } = report;
  if (!coverage) {
    return (
      <>
        <h1 tabIndex={-1}>Coverage</h1>
        <Empty>No step of this run has measured coverage. `crema test unit` does.</Empty>
      </>
    );
  }
  const index = coverage.files.findIndex((file) => file.path === rest[0]);
  if (index >= 0) {
    return (
      <FileView
        key={index}
        coverage={coverage}
        index={index}
        parts={parts}
        line={Number(rest[1] ?? 0)}
        run={report.run.number}
      />
    );
  }
  return (
    <>
      <h1 tabIndex={-1}>Coverage</h1>
      <p class="lead">
        <b>{percent(...coverage.total)}</b> of {counted(coverage.total[1], "statement")} in{" "}
        {counted(coverage.files.length, "file")} ran
        {coverage.parts.length > 0 && ` in ${coverage.parts.join(" and ")} tests`}
        {coverage.fresh && coverage.fresh[1] > 0 && (
          <>
            ; of {counted(coverage.fresh[1], "new line")} <b>{percent(...coverage.fresh)}</b>
          </>
        )}
        .
      </p>
      {coverage.services.length > 1 && <Services coverage={coverage} />}
      <Files coverage={coverage} />
      <Functions coverage={coverage} parts={parts} />
      {coverage.leftOut.length > 0 && <LeftOut coverage={coverage} />}
    </>
  );
}

function Services({ coverage }: { coverage: Measured }): JSX.Element {
  const [all, setAll] = useState(false);
  const services = [...coverage.services].sort((a, b) => ratio(a.total) - ratio(b.total));
  const shown = all ? services : services.slice(0, 12);
  return (
    <Section title="Services" note="the least covered first">
      <div class="panel scroll-x">
        <table class="table">
          <thead>
            <tr>
              <th>Service</th>
              <th class="wide" aria-label="Share">
                {""}
              </th>
              <th class="number">Covered</th>
              <th class="number">Statements</th>
              {coverage.fresh && <th class="number">New lines</th>}
            </tr>
          </thead>
          <tbody>
            {shown.map((service) => (
              <tr key={service.name}>
                <td>{service.name === "." ? "the root" : service.name}</td>
                <td class="wide">
                  <CoverageBar total={service.total} label={service.name} />
                </td>
                <td class="number">{percent(...service.total)}</td>
                <td class="number">{count(service.total[1])}</td>
                {coverage.fresh && (
                  <td class="number">{service.fresh ? percent(...service.fresh) : "–"}</td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {!all && services.length > shown.length && (
        <button type="button" class="more" onClick={() => setAll(true)}>
          Show all {services.length} services
        </button>
      )}
    </Section>
  );
}

function Files({ coverage }: { coverage: Measured }): JSX.Element {
  const [query, setQuery] = useState("");
  const [shown, setShown] = useState(200);
  const tree = useMemo(() => coverageTree(coverage), [coverage]);
  const found = useMemo(() => {
    const wanted = query.toLowerCase();
    return coverage.files.filter((file) => file.path.toLowerCase().includes(wanted));
  }, [coverage, query]);
  return (
    <Section title="Files" note={counted(coverage.files.length, "file")}>
      <div class="toolbar">
        <Filter value={query} placeholder="Filter files" onInput={setQuery} />
      </div>
      <div class="panel files">
        {query
          ? found
              .slice(0, shown)
              .map((file) => <FileRow key={file.path} name={file.path} file={file} />)
          : tree.children.map((node) => (
              <Node
                key={node.path}
                node={node}
                coverage={coverage}
                open={tree.children.length === 1}
              />
            ))}
      </div>
      {query && more(shown, found.length, () => setShown(shown + 500))}
    </Section>
  );
}

function Node({
  node,
  coverage,
  open,
}: {
  node: CoverageNode;
  coverage: Measured;
  open: boolean;
}): JSX.Element {
  const [shown, setShown] = useState(open);
  if (node.file >= 0) return <FileRow name={node.name} file={coverage.files[node.file]!} />;
  return (
    <details class="node" open={shown} onToggle={(event) => setShown(event.currentTarget.open)}>
      <summary class="file-row">
        <span class="name">{node.name}/</span>
        <CoverageBar total={node.total} label={node.path} />
        <span class="number">{percent(...node.total)}</span>
        <span class="number faint">{count(node.total[1])}</span>
      </summary>
      {shown && (
        <div class="inside">
          {node.children.map((child) => (
            <Node
              key={child.path}
              node={child}
              coverage={coverage}
              open={node.children.length === 1}
            />
          ))}
        </div>
      )}
    </details>
  );
}

function FileRow({ name, file }: { name: string; file: CoverageFile }): JSX.Element {
  return (
    <a class="file-row" href={address("coverage", file.path)}>
      <span class="name">{name}</span>
      <CoverageBar total={file.total} label={file.path} />
      <span class="number">{percent(...file.total)}</span>
      <span class="number faint">{count(file.total[1])}</span>
    </a>
  );
}

function Functions({ coverage, parts }: { coverage: Measured; parts: Parts }): JSX.Element {
  const [rows, setRows] = useState<FunctionRow[]>();
  const [shown, setShown] = useState(50);
  const load = async (): Promise<void> => {
    const all = (await parts.json<FunctionRow[]>("functions")) ?? [];
    setRows(all.filter((row) => row[4] > 0 && row[3] === 0).sort((a, b) => b[4] - a[4]));
  };
  return (
    <Section
      title="Functions that never ran"
      note={rows && `${counted(rows.length, "function")}, the largest first`}
    >
      {rows === undefined ? (
        <button type="button" class="more" onClick={() => void load()}>
          List them
        </button>
      ) : (
        <>
          <ul class="rows functions">
            {rows.slice(0, shown).map((row) => {
              const file = coverage.files[row[0]]!;
              return (
                <li key={`${row[0]}:${row[2]}:${row[1]}`}>
                  <a href={address("coverage", file.path, String(row[2]))}>
                    <code class="name">{row[1]}</code>
                    <code class="place">
                      {file.path}:{row[2]}
                    </code>
                    <span class="time">{counted(row[4], "statement")}</span>
                  </a>
                </li>
              );
            })}
          </ul>
          {more(shown, rows.length, () => setShown(shown + 500))}
        </>
      )}
    </Section>
  );
}

function LeftOut({ coverage }: { coverage: Measured }): JSX.Element {
  return (
    <Section title="Left out" note={counted(coverage.leftOut.length, "file")}>
      <details class="folder">
        <summary>
          <span class="name">Files that were measured and do not count</span>
        </summary>
        <ul class="inside plain-list">
          {coverage.leftOut.map((file) => (
            <li key={file.path}>
              <code>{file.path}</code> <span class="note">{file.why}</span>
            </li>
          ))}
        </ul>
      </details>
    </Section>
  );
}

const WITHOUT_SOURCE: Record<string, string> = {
  missing: "This file is not in the repository any more: its lines cannot be shown.",
  left_out: "The report would have become too large with this source in it.",
};

function FileView({
  coverage,
  index,
  parts,
  line,
  run,
}: {
  coverage: Measured;
  index: number;
  parts: Parts;
  line: number;
  run: number;
}): JSX.Element {
  const file = coverage.files[index]!;
  const [source, setSource] = useState<Source | null>();
  useEffect(() => {
    let wanted = true;
    void parts.json<Source>(`source-${index}`).then((found) => wanted && setSource(found ?? null));
    return () => {
      wanted = false;
    };
  }, [index, parts]);
  const gaps = source ? uncoveredStretches(source.lines) : [];
  return (
    <>
      <p class="crumbs">
        <a href={address("coverage")}>Coverage</a>
      </p>
      <h1 tabIndex={-1} class="path-title">
        {file.path}
      </h1>
      <p class="lead">
        <b>{percent(...file.total)}</b> of {counted(file.total[1], "statement")} ran
        {file.fresh && (
          <>
            ; of {counted(file.fresh[1], "new line")} <b>{percent(...file.fresh)}</b>
          </>
        )}
        {gaps.length > 0 && (
          <>
            ; {counted(gaps.length, "stretch", "stretches")} without:{" "}
            <Jumps gaps={gaps} path={file.path} />
          </>
        )}
      </p>
      {file.source === "changed" && (
        <p class="banner warn">
          This file has changed since run {run}: the marks may be beside their lines.
        </p>
      )}
      {source && source.functions.length > 0 && (
        <details class="folder functions-of">
          <summary>
            <span class="name">{counted(source.functions.length, "function")}</span>
          </summary>
          <ul class="inside rows functions">
            {source.functions.map(([name, at, , covered, statements]) => (
              <li key={`${at}:${name}`}>
                <a href={address("coverage", file.path, String(at))}>
                  <code class="name">{name}</code>
                  <CoverageBar total={[covered, statements]} label={name} />
                  <span class="time">{percent(covered, statements)}</span>
                </a>
              </li>
            ))}
          </ul>
        </details>
      )}
      {source?.text === undefined ? (
        source !== undefined && <Empty>{WITHOUT_SOURCE[file.source ?? "missing"]}</Empty>
      ) : (
        <SourceText source={source} text={source.text} line={line} />
      )}
    </>
  );
}

function Jumps({ gaps, path }: { gaps: number[]; path: string }): JSX.Element {
  return (
    <span class="jumps">
      {gaps.slice(0, 12).map((gap) => (
        <a key={gap} href={address("coverage", path, String(gap))}>
          {gap}
        </a>
      ))}
      {gaps.length > 12 && "…"}
    </span>
  );
}

const MARKS = { "": "", covered: "ran", partial: "ran in part", uncovered: "did not run" };

function SourceText({
  source,
  text,
  line,
}: {
  source: Source;
  text: string;
  line: number;
}): JSX.Element {
  const lines = useMemo(() => text.replace(/\n$/, "").split("\n"), [text]);
  const fresh = useMemo(() => new Set(source.fresh), [source]);
  useEffect(() => {
    if (line > 0) document.getElementById(`L${line}`)?.scrollIntoView({ block: "center" });
  }, [line]);
  return (
    <>
      <p class="legend">
        <span class="covered">ran</span>
        <span class="partial">ran in part</span>
        <span class="uncovered">did not run</span>
        {fresh.size > 0 && <span class="fresh">new</span>}
      </p>
      <div class="panel source" tabIndex={0} role="group" aria-label="Source">
        {lines.map((content, place) => {
          const number = place + 1;
          const mark = lineMark(source.lines, number);
          const classes = `line ${mark} ${fresh.has(number) ? "fresh" : ""} ${number === line ? "asked" : ""}`;
          return (
            <div key={number} id={`L${number}`} class={classes}>
              <span class="at" aria-hidden="true">
                {number}
              </span>
              {mark && mark !== "covered" && <span class="unseen">{MARKS[mark]}: </span>}
              <span class="text">{content}</span>
            </div>
          );
        })}
      </div>
    </>
  );
}
