// The gate: every condition with what was wanted and what was found.
import type { JSX } from "preact";
import { counted } from "../format";
import { Empty, Glyph, Section } from "../parts/marks";
import type { GateCondition, Report } from "../report";

const isClosed = ({ state }: GateCondition): boolean => state === "failed" || state === "missing";

// "6 conditions passed, 4 not looked at"
export function statesOf(conditions: GateCondition[]): string {
  const counts = new Map<string, number>();
  for (const { state } of conditions) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts]
    .map(([state, number], place) => `${place ? number : counted(number, "condition")} ${state}`)
    .join(", ");
}

export function Gate({ report }: { report: Report }): JSX.Element {
  const { gate } = report;
  if (!gate) {
    return (
      <>
        <h1 tabIndex={-1}>Gate</h1>
        <Empty>The repository has no crema.yml, so no gate was asked.</Empty>
      </>
    );
  }
  const closed = gate.conditions.filter(isClosed);
  return (
    <>
      <h1 tabIndex={-1}>
        <Glyph state={gate.passed ? "passed" : "failed"} /> The gate is{" "}
        {gate.passed ? "open" : "closed"}
      </h1>
      <p class="lead">
        {closed.length === 0
          ? `${statesOf(gate.conditions)}.`
          : `${counted(closed.length, "condition")} of ${gate.conditions.length} ${closed.length === 1 ? "does" : "do"} not let it pass.`}
      </p>
      <Section title="Conditions">
        <div class="panel scroll-x">
          <table class="table gate">
            <thead>
              <tr>
                <th>Condition</th>
                <th>Wanted</th>
                <th>Actual</th>
                <th>Verdict</th>
                <th>From</th>
              </tr>
            </thead>
            <tbody>
              {gate.conditions.map((condition, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: conditions never move
                <Row key={place} condition={condition} />
              ))}
            </tbody>
          </table>
        </div>
      </Section>
      {gate.waivers.length > 0 && (
        <Section title="Waivers" note={counted(gate.waivers.length, "waiver")}>
          <div class="panel scroll-x">
            <table class="table">
              <thead>
                <tr>
                  <th>Condition</th>
                  <th>Until</th>
                  <th>Owner</th>
                  <th>Reason</th>
                  <th>State</th>
                </tr>
              </thead>
              <tbody>
                {gate.waivers.map((waiver) => (
                  <tr key={`${waiver.condition} ${waiver.until} ${waiver.owner}`}>
                    <td>{waiver.condition}</td>
                    <td class="nowrap">{waiver.until}</td>
                    <td>{waiver.owner}</td>
                    <td>{waiver.reason}</td>
                    <td>
                      {waiver.expired
                        ? "expired, does not count"
                        : waiver.used
                          ? "in use"
                          : "not needed any more"}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </Section>
      )}
    </>
  );
}

const SHOWN = 12;

function Row({ condition }: { condition: GateCondition }): JSX.Element {
  const closed = isClosed(condition);
  return (
    <>
      <tr class={closed ? "closed" : ""}>
        <td>{condition.condition}</td>
        <td class="nowrap">{condition.wanted}</td>
        <td class={closed ? "nowrap bad" : "nowrap"}>{condition.actual || "–"}</td>
        <td class="nowrap">
          <span class="state">
            <Glyph state={condition.state} label="" /> {condition.state}
          </span>
        </td>
        <td class="faint">{condition.source}</td>
      </tr>
      {closed && condition.details.length > 0 && (
        <tr class="details">
          <td colSpan={5}>
            <details open={condition.details.length <= SHOWN}>
              <summary>{counted(condition.details.length, "reason")}</summary>
              <ul>
                {condition.details.map((detail) => (
                  <li key={detail}>
                    <code>{detail}</code>
                  </li>
                ))}
              </ul>
            </details>
          </td>
        </tr>
      )}
    </>
  );
}
