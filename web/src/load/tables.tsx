// What a test came to, in numbers: thresholds, requests by name, scenarios, checks, failures, metrics.
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { bytes, count, counted, share } from "../format";
import { Filter, Glyph, more } from "../parts/marks";
import { Table } from "../parts/table";
import type { LoadDocument, Metric, RequestRow, Tally } from "./document";
import { clockText, digits, latency } from "./scale";
import { failureText } from "./series";
import { marginOf, valueText } from "./words";

const SHOWN = 25;

function Part({
  title,
  note,
  children,
}: {
  title: string;
  note?: string | undefined;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <section class="part">
      <h3>
        {title} {note && <small>{note}</small>}
      </h3>
      {children}
    </section>
  );
}

export function Thresholds({ load }: { load: LoadDocument }): JSX.Element | null {
  if (load.thresholds.length === 0) return null;
  return (
    <Part title="Thresholds">
      <Table
        heads={["Metric", "Condition", "#Measured", "#Limit", "Distance to the limit", "Verdict"]}
      >
        {load.thresholds.map((threshold) => {
          const margin = marginOf(threshold);
          return (
            <tr key={`${threshold.metric} ${threshold.condition}`}>
              <td>{threshold.metric}</td>
              <td>
                <code>{threshold.condition}</code>
              </td>
              <td class="number">{valueText(threshold.value, threshold.unit)}</td>
              <td class="number">{valueText(threshold.limit, threshold.unit)}</td>
              <td>{margin === undefined ? "–" : <Distance margin={margin} />}</td>
              <td>
                <span class="state">
                  <Glyph state={threshold.passed ? "passed" : "failed"} label="" />{" "}
                  {threshold.passed ? "kept" : "crossed"}
                </span>
              </td>
            </tr>
          );
        })}
      </Table>
    </Part>
  );
}

function Distance({ margin }: { margin: number }): JSX.Element {
  const kept = margin >= 0;
  const text =
    margin === 0
      ? "at the limit"
      : `${digits(Math.abs(margin) * 100)} % ${kept ? "left" : "beyond"}`;
  return (
    <span class="distance">
      <span class="share" aria-hidden="true">
        <i
          class={kept ? "good" : "bad"}
          style={{ width: `${Math.min(1, Math.abs(margin)) * 100}%` }}
        />
      </span>
      {text}
    </span>
  );
}

const TALLY_HEADS = ["#Requests", "#Failed", "#Average", "#p50", "#p95", "#p99", "#Slowest"];

function TallyCells({ tally }: { tally: Tally }): JSX.Element {
  return (
    <>
      <td class="number">{count(tally.requests)}</td>
      <td class={`number ${tally.failed > 0 ? "bad" : ""}`}>
        {tally.failed > 0 ? `${count(tally.failed)} (${share(tally.failed, tally.requests)})` : "0"}
      </td>
      {[tally.avg, tally.p50, tally.p95, tally.p99, tally.max].map((value, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the columns never move
        <td class="number" key={place}>
          {latency(value)}
        </td>
      ))}
    </>
  );
}

const ORDERS: [name: string, of: (row: RequestRow) => number][] = [
  ["most requests", (row) => row.requests],
  ["slowest p95", (row) => row.p95 ?? 0],
  ["most failures", (row) => row.failed],
];

export function Requests({ load }: { load: LoadDocument }): JSX.Element | null {
  const [order, setOrder] = useState(0);
  const [wanted, setWanted] = useState("");
  const [shown, setShown] = useState(SHOWN);
  if (load.requests.length === 0) return null;
  const of = ORDERS[order]![1];
  const rows = load.requests
    .filter((row) => `${row.method} ${row.name}`.toLowerCase().includes(wanted.toLowerCase()))
    .sort((left, right) => of(right) - of(left));
  const several = load.scenarios.length > 1;
  return (
    <Part title="Requests by name" note={counted(load.requests.length, "name")}>
      {load.requests.length > 1 && (
        <div class="toolbar">
          <fieldset class="choices">
            <legend class="unseen">Order</legend>
            {ORDERS.map(([name], place) => (
              <button
                key={name}
                type="button"
                class="small"
                aria-pressed={place === order}
                onClick={() => setOrder(place)}
              >
                {name}
              </button>
            ))}
          </fieldset>
          <Filter value={wanted} placeholder="Find a request" onInput={setWanted} />
        </div>
      )}
      <Table heads={["Request", ...(several ? ["Scenario"] : []), ...TALLY_HEADS]}>
        {rows.slice(0, shown).map((row) => (
          <tr key={`${row.scenario} ${row.method} ${row.name}`}>
            <td class="name">
              <code>{row.method}</code> {row.name || "(no name)"}
            </td>
            {several && <td>{row.scenario}</td>}
            <TallyCells tally={row} />
          </tr>
        ))}
      </Table>
      {more(shown, rows.length, () => setShown(shown + 500))}
    </Part>
  );
}

export function Scenarios({ load }: { load: LoadDocument }): JSX.Element | null {
  if (load.scenarios.length === 0) return null;
  return (
    <Part title="Scenarios">
      <Table heads={["Scenario", "Executor", "Time", "#Iterations", "#Dropped", ...TALLY_HEADS]}>
        {load.scenarios.map((scenario) => (
          <tr key={scenario.name}>
            <td>{scenario.name}</td>
            <td>{scenario.executor}</td>
            <td class="time">
              {clockText(scenario.start)} to {clockText(scenario.start + scenario.duration)}
            </td>
            <td class="number">{count(scenario.iterations)}</td>
            <td class={`number ${scenario.dropped > 0 ? "bad" : ""}`}>{count(scenario.dropped)}</td>
            <TallyCells tally={scenario} />
          </tr>
        ))}
      </Table>
    </Part>
  );
}

export function Checks({ load }: { load: LoadDocument }): JSX.Element | null {
  const [shown, setShown] = useState(SHOWN);
  if (load.checks.length === 0) return null;
  const failing = load.checks.filter(({ failed }) => failed > 0).length;
  const sorted = [...load.checks].sort((left, right) => right.failed - left.failed);
  return (
    <Part
      title="Checks"
      note={failing > 0 ? `${failing} of ${load.checks.length} failed at times` : undefined}
    >
      <Table heads={["Check", "#Passed", "#Failed", "#Share passed"]}>
        {sorted.slice(0, shown).map((check) => (
          <tr key={`${check.group} ${check.name}`}>
            <td>
              <span class="state">
                <Glyph
                  state={check.failed > 0 ? "failed" : "passed"}
                  label={check.failed > 0 ? "failed at times" : "passed"}
                />{" "}
                {check.group && (
                  <span class="faint">{check.group.slice(2).replaceAll("::", " › ")} › </span>
                )}
                {check.name}
              </span>
            </td>
            <td class="number">{count(check.passed)}</td>
            <td class="number">{count(check.failed)}</td>
            <td class="number">{share(check.passed, check.passed + check.failed)}</td>
          </tr>
        ))}
      </Table>
      {more(shown, sorted.length, () => setShown(shown + 500))}
    </Part>
  );
}

export function FailureTable({
  codes,
}: {
  codes: [code: number, count: number][];
}): JSX.Element | null {
  if (codes.length === 0) return null;
  const all = codes.reduce((sum, [, many]) => sum + many, 0);
  return (
    <Part title="Failures by kind" note={counted(all, "request")}>
      <Table heads={["Kind", "#Code", "#Requests", "#Share of failures"]}>
        {codes.map(([code, many]) => (
          <tr key={code}>
            <td>{failureText(code)}</td>
            <td class="number">{code || "–"}</td>
            <td class="number">{count(many)}</td>
            <td class="number">{share(many, all)}</td>
          </tr>
        ))}
      </Table>
    </Part>
  );
}

function amount(metric: Metric, value: number): string {
  if (metric.contains === "time") return latency(value);
  if (metric.contains === "data") return bytes(Math.round(value));
  return Number.isInteger(value) ? count(value) : digits(value);
}

// Every metric of the test, its own and the script's.
export function Metrics({ load }: { load: LoadDocument }): JSX.Element | null {
  const trends = load.metrics.filter((metric) => metric.type === "trend");
  const others = load.metrics.filter((metric) => metric.type !== "trend");
  return (
    <details class="metrics">
      <summary>
        <h3>
          All metrics <small>{counted(load.metrics.length, "metric")}</small>
        </h3>
      </summary>
      {trends.length > 0 && (
        <Table
          heads={[
            "Metric",
            "#Samples",
            "#Least",
            "#Average",
            "#p50",
            "#p90",
            "#p95",
            "#p99",
            "#Most",
          ]}
        >
          {trends.map((metric) => (
            <tr key={metric.name}>
              <td>{metric.name}</td>
              <td class="number">{count(metric.count)}</td>
              {[
                metric.min,
                metric.avg,
                metric.p50,
                metric.p90,
                metric.p95,
                metric.p99,
                metric.max,
              ].map((value, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the columns never move
                <td class="number" key={place}>
                  {amount(metric, value)}
                </td>
              ))}
            </tr>
          ))}
        </Table>
      )}
      <Table heads={["Metric", "Type", "#Value"]}>
        {others.map((metric) => (
          <tr key={metric.name}>
            <td>{metric.name}</td>
            <td>{metric.type}</td>
            <td class="number">
              {metric.type === "rate"
                ? `${share(metric.passed, metric.total)} of ${count(metric.total)}`
                : metric.type === "gauge"
                  ? `${amount(metric, metric.value)} (${amount(metric, metric.min)} to ${amount(metric, metric.max)})`
                  : metric.type === "counter"
                    ? amount(metric, metric.count)
                    : ""}
            </td>
          </tr>
        ))}
      </Table>
    </details>
  );
}
