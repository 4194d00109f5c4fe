// What scanners and linters found, and what of it is let be, by whom and until when.
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { capitalized, count, counted } from "../format";
import { scansOf } from "../model/attention";
import { type FindingRow, findingRows, type GroupBy, groupsOf, placeOf } from "../model/findings";
import { Empty, Filter, more, Section, Tag, type Tone } from "../parts/marks";
import type { Report, Scan } from "../report";

const TONES: Record<string, Tone> = { critical: "bad", high: "bad", medium: "warn" };
const GROUPS: GroupBy[] = ["severity", "thing to do", "rule", "family", "scanner"];
const STATES = ["all", "new", "known", "suppressed"] as const;

export function Findings({ report }: { report: Report }): JSX.Element {
  const rows = useMemo(() => findingRows(report), [report]);
  const scans = scansOf(report);
  const [query, setQuery] = useState("");
  const [by, setBy] = useState<GroupBy>("severity");
  const [state, setState] = useState<(typeof STATES)[number]>("all");
  const wanted = query.toLowerCase();
  const found = rows.filter(
    (row) =>
      (state === "all" || row.state === state) &&
      `${row.rule}\n${row.rule_name ?? ""}\n${row.message}\n${placeOf(row)}\n${row.aliases?.join(" ") ?? ""}`
        .toLowerCase()
        .includes(wanted),
  );
  if (scans.length === 0) {
    return (
      <>
        <h1 tabIndex={-1}>Findings</h1>
        <Empty>No scanner has run: that nothing was found says nothing.</Empty>
      </>
    );
  }
  return (
    <>
      <h1 tabIndex={-1}>Findings</h1>
      <ul class="scans">
        {scans.map((scan) => (
          <li
            key={`${scan.scanner} ${scan.family} ${scan.target} ${scan.origin.job}`}
            class={scan.complete === false ? "bad" : ""}
          >
            <ScanLine scan={scan} />
          </li>
        ))}
      </ul>
      <div class="toolbar">
        <Filter value={query} placeholder="Filter by rule, message or place" onInput={setQuery} />
        <div class="choices" role="group" aria-label="State">
          {STATES.map((choice) => (
            <button
              type="button"
              key={choice}
              aria-pressed={state === choice}
              onClick={() => setState(choice)}
            >
              {choice}{" "}
              <span>
                {count(
                  choice === "all"
                    ? rows.length
                    : rows.filter((row) => row.state === choice).length,
                )}
              </span>
            </button>
          ))}
        </div>
        <div class="choices" role="group" aria-label="Group by">
          {GROUPS.map((choice) => (
            <button
              type="button"
              key={choice}
              aria-pressed={by === choice}
              onClick={() => setBy(choice)}
            >
              by {choice}
            </button>
          ))}
        </div>
      </div>
      {found.length === 0 && <Empty>No finding fits.</Empty>}
      {groupsOf(found, by).map(([name, group]) => (
        <Section key={name} title={capitalized(name)} note={counted(group.length, "finding")}>
          <List rows={group} />
        </Section>
      ))}
    </>
  );
}

// What one scanner looked at, with what, and what it left out.
function ScanLine({ scan }: { scan: Scan }): JSX.Element {
  const left = scan.not_scanned ?? [];
  return (
    <>
      <b>
        {scan.scanner}
        {scan.family && ` ${scan.family}`}
      </b>{" "}
      {scan.version} looked at{" "}
      {scan.files
        ? counted(scan.files, "file")
        : !scan.target || scan.target === "."
          ? "the repository"
          : scan.target}
      {scan.data && `, knows ${scan.data}`}
      {scan.complete === false ? `, and not at everything: ${scan.message}` : ""}:{" "}
      {counted(scan.findings?.length ?? 0, "finding")}
      {left.length > 0 && (
        <details>
          <summary>{counted(left.length, "thing")} not scanned</summary>
          {left.slice(0, 200).map((one) => (
            <p class="facts" key={`${one.path} ${one.code}`}>
              <code>{one.path}</code> <span>{one.reason}</span>
            </p>
          ))}
        </details>
      )}
    </>
  );
}

function List({ rows }: { rows: FindingRow[] }): JSX.Element {
  const [shown, setShown] = useState(50);
  return (
    <>
      <ul class="rows findings">
        {rows.slice(0, shown).map((row, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: findings may be equal
          <li key={place} class={row.state}>
            <details>
              <summary>
                <Tag tone={TONES[row.severity] ?? "quiet"}>{row.severity}</Tag>
                <span class="name">
                  {row.rule_name || row.rule}
                  <small class="said">{row.message.split("\n")[0]}</small>
                </span>
                <code class="place">{placeOf(row)}</code>
                {row.exploited && <Tag tone="bad">exploited</Tag>}
                {row.reach && <Tag>{row.reach}</Tag>}
                {row.state !== "new" && <Tag>{row.state}</Tag>}
              </summary>
              <Details row={row} />
            </details>
          </li>
        ))}
      </ul>
      {more(shown, rows.length, () => setShown(shown + 500))}
    </>
  );
}

function Details({ row }: { row: FindingRow }): JSX.Element {
  return (
    <div class="inside">
      <p class="message">{row.message}</p>
      <p class="facts">
        <span>{row.scanner}</span>
        <code>{row.rule}</code>
        {(row.aliases ?? []).map((alias) => (
          <code key={alias}>{alias}</code>
        ))}
        {row.fingerprint && (
          <span>
            fingerprint <code>{row.fingerprint}</code>
          </span>
        )}
      </p>
      {row.subject && (
        <p class="facts">
          about <code>{row.subject}</code>
        </p>
      )}
      {row.fix?.package && (
        <p class="message">
          {row.fix.version
            ? `Upgrade ${row.fix.package} to ${row.fix.version}.`
            : `No version of ${row.fix.package} is known to be free of it.`}
        </p>
      )}
      {row.fix?.text && <p class="message">{row.fix.text}</p>}
      {row.help && <p class="message">{row.help}</p>}
      {row.help_uri && /^https?:/.test(row.help_uri) && (
        <p>
          <a href={row.help_uri} rel="noopener noreferrer" target="_blank">
            {row.help_uri}
          </a>
        </p>
      )}
      {(row.locations ?? []).slice(1).map((at) => (
        <p class="facts" key={`${at.path}:${at.line}:${at.column}`}>
          <code>
            {at.path}
            {at.line ? `:${at.line}` : ""}
          </code>{" "}
          <span>{at.message}</span>
        </p>
      ))}
      {(row.suppressions ?? []).map((suppression) => (
        <p class="banner" key={`${suppression.by} ${suppression.until}`}>
          Suppressed{suppression.by && ` by ${suppression.by}`}
          {suppression.until ? ` until ${suppression.until}` : ", for good"}
          {suppression.reason && `: ${suppression.reason}`}
        </p>
      ))}
    </div>
  );
}
