// A test beside its baseline: the verdict in words, and the numbers it comes from.
import type { JSX } from "preact";
import { Glyph } from "../parts/marks";
import type { Baseline, MetricVerdict } from "./document";
import { changeText, comparisonText, metricName, metricValue } from "./words";

const STATES: Record<string, string> = {
  fine: "passed",
  improvement: "passed",
  regression: "failed",
  inconclusive: "waived",
  invalid: "waived",
};

export function Beside({ baseline }: { baseline: Baseline }): JSX.Element | null {
  const { comparison, name } = baseline;
  if (!comparison) return null;
  const [title, sentences] = comparisonText(name, comparison);
  return (
    <section class={`beside ${STATES[comparison.verdict] ?? ""}`}>
      <h3>
        <Glyph state={STATES[comparison.verdict]} label={comparison.verdict} /> {title}
      </h3>
      <ul>
        {[...sentences, ...comparison.remarks].map((sentence) => (
          <li key={sentence}>{sentence}.</li>
        ))}
      </ul>
      <div class="panel scroll-x">
        <table class="table">
          <thead>
            <tr>
              <th>Metric</th>
              <th class="number">{name}</th>
              <th class="number">This run</th>
              <th class="number">Change</th>
              <th class="wide">{Math.round(comparison.confidence * 100)} % interval and margin</th>
              <th>Verdict</th>
            </tr>
          </thead>
          <tbody>
            {comparison.metrics.map((metric) => (
              <Row key={`${metric.series} ${metric.metric}`} metric={metric} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row({ metric }: { metric: MetricVerdict }): JSX.Element {
  return (
    <tr>
      <td>{metricName(metric.metric)}</td>
      <td class="number">{metricValue(metric.metric, metric.base)}</td>
      <td class="number">{metricValue(metric.metric, metric.new)}</td>
      <td class="number">{changeText(metric.metric, metric.change)}</td>
      <td class="wide">
        <Interval metric={metric} />
      </td>
      <td>
        <span class="state">
          <Glyph state={STATES[metric.verdict]} label="" /> {metric.verdict}
        </span>
      </td>
    </tr>
  );
}

// The interval over the band that does not matter; what is beyond it on either side does.
function Interval({ metric }: { metric: MetricVerdict }): JSX.Element {
  const { low, high, change, margin } = metric;
  if (low === undefined || high === undefined) return <>–</>;
  const text = `${changeText(metric.metric, low)} to ${changeText(metric.metric, high)}`;
  const far = Math.max(Math.abs(low), Math.abs(high), margin * 1.5);
  const x = (value: number): number => Math.max(0, Math.min(100, 50 + (value / far) * 48));
  return (
    <span class="interval">
      <svg viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true">
        <rect class="margin" x={x(-margin)} width={x(margin) - x(-margin)} y="0" height="14" />
        <line class="zero" x1="50" x2="50" y1="0" y2="14" />
        <rect class="range" x={x(low)} width={Math.max(1, x(high) - x(low))} y="5" height="4" />
        <rect class="middle" x={x(change ?? 0) - 0.6} width="1.2" y="2" height="10" />
      </svg>
      <span>{text}</span>
    </span>
  );
}
