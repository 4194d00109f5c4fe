// One load test: how it ended, whether it can be believed, and what it measured.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { bytes, count, dateTime, share } from "../format";
import { Glyph } from "../parts/marks";
import { Beside } from "./beside";
import type { Baseline, LoadDocument, Metric } from "./document";
import { Plots } from "./plots";
import { clockText, digits, latency } from "./scale";
import { failureCodes } from "./series";
import { Checks, FailureTable, Metrics, Requests, Scenarios, Thresholds } from "./tables";
import { verdictOf } from "./words";

type Of<Type extends Metric["type"]> = Extract<Metric, { type: Type }>;

function found<Type extends Metric["type"]>(
  load: LoadDocument,
  name: string,
  type: Type,
): Of<Type> | undefined {
  return load.metrics.find(
    (metric): metric is Of<Type> => metric.name === name && metric.type === type,
  );
}

export function LoadRunView({
  load,
  baseline,
}: {
  load: LoadDocument;
  baseline?: Baseline | undefined;
}): JSX.Element {
  const codes = useMemo(() => failureCodes(load.seconds), [load.seconds]);
  return (
    <div class="load-run">
      <Verdict load={load} />
      <Numbers load={load} />
      {baseline && <Beside baseline={baseline} />}
      <Plots load={load} baseline={baseline?.seconds} />
      <Thresholds load={load} />
      <Requests load={load} />
      <FailureTable codes={codes} />
      <Intended load={load} />
      <Scenarios load={load} />
      <Checks load={load} />
      <Metrics load={load} />
      <Machine load={load} />
    </div>
  );
}

function Verdict({ load }: { load: LoadDocument }): JSX.Element {
  const said = verdictOf(load);
  const breaches = load.breaches ?? [];
  const left = load.planned - load.elapsed;
  return (
    <>
      <p class={`load-verdict ${said.state}`}>
        <Glyph state={said.state} label="" />
        <span>
          <b>{said.title}</b>: {said.text}
          {load.exit === undefined && load.planned > 0 && left > 0.5
            ? `; ${clockText(load.elapsed)} of ${clockText(load.planned)}`
            : ""}
          {load.exit !== undefined && <small> exit code {load.exit}</small>}
        </span>
      </p>
      {load.exit === undefined && load.planned > 0 && (
        <progress value={Math.min(load.elapsed, load.planned)} max={load.planned}>
          {clockText(load.elapsed)}
        </progress>
      )}
      {breaches.length > 0 && (
        <div class="banner bad">
          <b>Not a measurement of the system alone.</b>
          <ul>
            {breaches.map(({ code, message, hint }) => (
              <li key={code}>
                {message}: {hint}.
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

function Numbers({ load }: { load: LoadDocument }): JSX.Element {
  const requests = found(load, "http_reqs", "counter")?.count ?? 0;
  const failed = found(load, "http_req_failed", "rate");
  const times = found(load, "http_req_duration", "trend");
  const iterations = found(load, "iterations", "counter")?.count ?? 0;
  const dropped = found(load, "dropped_iterations", "counter")?.count ?? 0;
  const sent = found(load, "data_sent", "counter")?.count ?? 0;
  const received = found(load, "data_received", "counter")?.count ?? 0;
  const users = found(load, "vus", "gauge")?.max ?? load.most_users;
  const seconds = Math.max(load.elapsed, 1e-9);
  const facts: [name: string, value: string, note: string, bad?: boolean][] = [];
  if (requests > 0) {
    facts.push(["Requests", count(requests), `${digits(requests / seconds)}/s`]);
    if (failed)
      facts.push([
        "Failed",
        share(failed.passed, failed.total),
        count(failed.passed),
        failed.passed > 0,
      ]);
  }
  if (times) {
    facts.push(["p50", latency(times.p50), `average ${latency(times.avg)}`]);
    facts.push(["p95", latency(times.p95), `p90 ${latency(times.p90)}`]);
    facts.push(["p99", latency(times.p99), `slowest ${latency(times.max)}`]);
  }
  facts.push([
    "Iterations",
    count(iterations),
    dropped > 0 ? `${count(dropped)} dropped` : `${digits(iterations / seconds)}/s`,
    dropped > 0,
  ]);
  facts.push(["Users", count(users), "at most"]);
  facts.push(["Received", bytes(Math.round(received)), `${bytes(Math.round(sent))} sent`]);
  return (
    <dl class="tiles">
      {facts.map(([name, value, note, bad]) => (
        <div key={name} class={bad ? "bad" : ""}>
          <dt>{name}</dt>
          <dd>
            {value} <small>{note}</small>
          </dd>
        </div>
      ))}
    </dl>
  );
}

// A closed loop waits for a slow answer and asks less meanwhile. An arrival rate knows when each
// iteration was due, so the wait before it can be told as well.
function Intended({ load }: { load: LoadDocument }): JSX.Element | null {
  const intended = found(load, "http_req_duration_intended", "trend");
  const delay = found(load, "iteration_start_delay", "trend");
  if (!intended) return null;
  const columns = ["p50", "p90", "p95", "p99", "max"] as const;
  const rows: [name: string, trend: Of<"trend"> | undefined][] = [
    ["An iteration was due, until it began", delay],
    ["An iteration was due, until its first response", intended],
  ];
  return (
    <section class="part">
      <h3>
        Latency from the intended start <small>of scenarios with an arrival rate</small>
      </h3>
      <div class="panel scroll-x">
        <table class="table">
          <thead>
            <tr>
              <th>Time since</th>
              {columns.map((column) => (
                <th key={column} class="number">
                  {column === "max" ? "Slowest" : column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(
              ([name, trend]) =>
                trend && (
                  <tr key={name}>
                    <td>{name}</td>
                    {columns.map((column) => (
                      <td key={column} class="number">
                        {latency(trend[column])}
                      </td>
                    ))}
                  </tr>
                ),
            )}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Machine({ load }: { load: LoadDocument }): JSX.Element {
  const { generator } = load;
  return (
    <p class="note">
      Started {dateTime(load.started)}, {clockText(load.elapsed)} long.
      {generator &&
        ` The generator: ${generator.cpu}, ${generator.cores} cores; it used ` +
          `${digits(generator.cpu_share * 100)} % of their time, its loops were late by ` +
          `${latency(generator.loop_lag_p99_ms)} (p99), ${digits(generator.steal_share * 100)} % ` +
          "of the machine's time was stolen."}
    </p>
  );
}
