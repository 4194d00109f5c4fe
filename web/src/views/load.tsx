// Load runs, and what else the stages after the build have recorded: health, deployments, times,
// images.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { bytes, count, dateTime, duration, secondsBetween, share } from "../format";
import type { Baseline, LoadDocument } from "../load/document";
import { LoadRunView } from "../load/run";
import type { Parts } from "../page";
import { Empty, Glyph, Section, Tag } from "../parts/marks";
import { Table } from "../parts/table";
import type { EvidenceRecord, LoadRun, Report } from "../report";

export const LOAD_KINDS = ["load_run", "health_check", "deployment", "timing", "image"] as const;

export const hasLoad = (report: Report): boolean =>
  report.records.some((record) => LOAD_KINDS.some((kind) => kind === record.kind));

function ofKind<Kind extends EvidenceRecord["kind"]>(
  report: Report,
  kind: Kind,
): Extract<EvidenceRecord, { kind: Kind }>[] {
  return report.records.filter(
    (record): record is Extract<EvidenceRecord, { kind: Kind }> => record.kind === kind,
  );
}

export function Load({ report, parts }: { report: Report; parts: Parts }): JSX.Element {
  const runs = ofKind(report, "load_run");
  return (
    <>
      <h1 tabIndex={-1}>Load and delivery</h1>
      {!hasLoad(report) && (
        <Empty>No load test, health check, deployment or image was recorded.</Empty>
      )}
      {runs.map((run, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: one script may run twice
        <LoadSection key={place} run={run} report={report} parts={parts} />
      ))}
      <Health report={report} />
      <Deployments report={report} />
      <Timings report={report} />
      <Images report={report} />
    </>
  );
}

interface Opened {
  load?: LoadDocument | undefined;
  baseline?: Baseline | undefined;
}

// What the run measured, unzipped when somebody looks; null where the page does not have it.
function useDocument(run: LoadRun, report: Report, parts: Parts): Opened | null | undefined {
  const place = report.loads.findIndex((one) => one.document === run.document);
  const [opened, setOpened] = useState<Opened | null>();
  useEffect(() => {
    if (place < 0 || !run.document) return setOpened(null);
    void Promise.all([
      parts.json<LoadDocument>(`load-${place}`),
      parts.json<Baseline>(`load-${place}-baseline`),
    ])
      .then(([load, baseline]) => setOpened({ load, baseline }))
      .catch(() => setOpened(null));
  }, [place, run, parts]);
  return opened;
}

function LoadSection({
  run,
  report,
  parts,
}: {
  run: LoadRun;
  report: Report;
  parts: Parts;
}): JSX.Element {
  const opened = useDocument(run, report, parts);
  const load = opened?.load;
  return (
    <Section title={run.script || "Load run"} note={duration(run.duration)}>
      {opened === undefined ? (
        <Empty>Opening…</Empty>
      ) : load ? (
        <LoadRunView load={load} baseline={opened?.baseline} />
      ) : (
        <Totals run={run} />
      )}
    </Section>
  );
}

// Of a run that was recorded without its seconds.
function Totals({ run }: { run: LoadRun }): JSX.Element {
  const percentiles = Object.entries(run.percentiles ?? {});
  const most = Math.max(...percentiles.map(([, value]) => value), 1e-9);
  return (
    <>
      {run.valid === false && (
        <p class="banner bad">
          Not a valid measurement: {run.message || "the generator did not keep up"}.
        </p>
      )}
      <dl class="facts wide">
        <div>
          <dt>Requests</dt>
          <dd>{count(run.requests)}</dd>
        </div>
        <div>
          <dt>Failed</dt>
          <dd>
            {count(run.failed)} ({share(run.failed ?? 0, run.requests ?? 0)})
          </dd>
        </div>
        <div>
          <dt>Rate</dt>
          <dd>{count(Math.round(run.requests_per_second ?? 0))}/s</dd>
        </div>
      </dl>
      <div class="columns even">
        {percentiles.length > 0 && (
          <Table heads={["Percentile", "Share of the slowest", "#Time"]}>
            {percentiles.map(([name, value]) => (
              <tr key={name}>
                <td>{name}</td>
                <td class="wide">
                  <span class="share" aria-hidden="true">
                    <i style={{ width: `${(value / most) * 100}%` }} />
                  </span>
                </td>
                <td class="number">{duration(value)}</td>
              </tr>
            ))}
          </Table>
        )}
        {(run.thresholds ?? []).length > 0 && (
          <Table heads={["Threshold", "Condition", "Verdict"]}>
            {(run.thresholds ?? []).map((threshold) => (
              <tr key={`${threshold.metric} ${threshold.condition}`}>
                <td>{threshold.metric}</td>
                <td>
                  <code>{threshold.condition}</code>
                </td>
                <td>
                  <State
                    state={threshold.passed ? "passed" : "failed"}
                    text={threshold.passed ? "kept" : "crossed"}
                  />
                </td>
              </tr>
            ))}
          </Table>
        )}
      </div>
    </>
  );
}

function State({ state, text }: { state: string; text: string }): JSX.Element {
  return (
    <span class="state">
      <Glyph state={state} label="" /> {text}
    </span>
  );
}

function Health({ report }: { report: Report }): JSX.Element | null {
  const checks = ofKind(report, "health_check");
  if (checks.length === 0) return null;
  return (
    <Section title="Health">
      <Table heads={["Service", "Target", "State", "Message", "#Time"]}>
        {checks.map((check, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a service may be checked twice
          <tr key={place}>
            <td>{check.service}</td>
            <td>
              <code>{check.target}</code>
            </td>
            <td>
              <State
                state={check.healthy ? "passed" : "failed"}
                text={check.healthy ? "healthy" : "not healthy"}
              />
            </td>
            <td>{check.message}</td>
            <td class="number">{duration(check.duration)}</td>
          </tr>
        ))}
      </Table>
    </Section>
  );
}

function Deployments({ report }: { report: Report }): JSX.Element | null {
  const deployments = ofKind(report, "deployment");
  if (deployments.length === 0) return null;
  return (
    <Section title="Deployments">
      <Table heads={["Environment", "Service", "Version", "Strategy", "State", "Started", "#Took"]}>
        {deployments.map((deployment, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a service may be deployed twice
          <tr key={place}>
            <td>{deployment.environment}</td>
            <td>{deployment.service}</td>
            <td>
              <code>{deployment.version}</code>
            </td>
            <td>{deployment.strategy}</td>
            <td>
              <State
                state={deployment.state ?? ""}
                text={(deployment.state ?? "").replace("_", " ")}
              />{" "}
              {deployment.message}
            </td>
            <td>{dateTime(deployment.started)}</td>
            <td class="number">
              {duration(secondsBetween(deployment.started, deployment.finished))}
            </td>
          </tr>
        ))}
      </Table>
    </Section>
  );
}

function Timings({ report }: { report: Report }): JSX.Element | null {
  const timings = ofKind(report, "timing");
  if (timings.length === 0) return null;
  const conditions = report.gate?.conditions ?? [];
  return (
    <Section title="Times of stages">
      <Table heads={["Stage", "#Took", "#Budget", "Verdict"]}>
        {timings.map((timing, place) => {
          const budget = conditions.find(
            ({ condition }) =>
              condition.toLowerCase().includes("time") && condition.includes(timing.stage),
          );
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a stage may come twice
            <tr key={place}>
              <td>{timing.stage}</td>
              <td class="number">{duration(timing.duration)}</td>
              <td class="number">{budget?.wanted ?? "–"}</td>
              <td>
                {budget ? <State state={budget.state} text={budget.state} /> : <Tag>no budget</Tag>}
              </td>
            </tr>
          );
        })}
      </Table>
    </Section>
  );
}

function Images({ report }: { report: Report }): JSX.Element | null {
  const images = ofKind(report, "image");
  if (images.length === 0) return null;
  return (
    <Section title="Images">
      <Table heads={["Image", "Digest", "Created", "#Size"]}>
        {images.map((image, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an image may come twice
          <tr key={place}>
            <td>{image.name}</td>
            <td>
              <code title={image.digest}>{image.digest?.slice(0, 19)}</code>
            </td>
            <td>{dateTime(image.created)}</td>
            <td class="number">{bytes(image.bytes)}</td>
          </tr>
        ))}
      </Table>
    </Section>
  );
}
