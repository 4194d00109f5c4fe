// Failures of each kind over time, one upon the other.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { count } from "../format";
import type { Cursor } from "./cursor";
import { BOTTOM, type Extent, Figure, TOP, ValueTicks, xAt } from "./frame";
import { digits, linear, tickText } from "./scale";
import { type Columns, failureText, largest } from "./series";

const SHOWN = 5;

export interface FailureKind {
  name: string;
  colour: string;
  codes: number[];
}

// The commonest have colours of their own.
export function failureKinds(codes: [code: number, count: number][]): FailureKind[] {
  const kinds = codes.slice(0, SHOWN).map(
    ([code], place): FailureKind => ({
      name: failureText(code),
      colour: `kind-${place + 1}`,
      codes: [code],
    }),
  );
  const rest = codes.slice(SHOWN).map(([code]) => code);
  if (rest.length > 0) kinds.push({ name: "others", colour: "kind-6", codes: rest });
  return kinds;
}

function drawn(columns: Columns, kinds: FailureKind[], extent: Extent, pixels: number) {
  const rates = kinds.map(({ codes }) =>
    columns.failures.map(
      (counts) => codes.reduce((sum, code) => sum + (counts.get(code) ?? 0), 0) / columns.step,
    ),
  );
  const totals = columns.t.map((_, place) =>
    rates.reduce((sum, rate) => sum + (rate[place] ?? 0), 0),
  );
  const scale = linear(largest(totals), pixels, 3);
  const y = (value: number): string => (TOP + scale.at(value)).toFixed(1);
  const wide = Math.max(1, xAt(extent, 1) - xAt(extent, 0) - 0.5);
  const below = totals.map(() => 0);
  const bars = rates.map((rate) => {
    let path = "";
    rate.forEach((value, place) => {
      if (value === 0) return;
      const from = below[place] ?? 0;
      below[place] = from + value;
      const x = (xAt(extent, place) - wide / 2).toFixed(1);
      path += `M${x} ${y(from)}V${y(from + value)}h${wide.toFixed(1)}V${y(from)}Z`;
    });
    return path;
  });
  return { rates, scale, bars };
}

export function Failures({
  columns,
  kinds,
  extent,
  cursor,
  height = 120,
}: {
  columns: Columns;
  kinds: FailureKind[];
  extent: Extent;
  cursor: Cursor;
  height?: number;
}): JSX.Element {
  const { rates, scale, bars } = useMemo(
    () => drawn(columns, kinds, extent, height - TOP - BOTTOM),
    [columns, kinds, extent, height],
  );
  return (
    <Figure
      title="Failures"
      unit="requests/s"
      label={`Failures over time by kind: ${kinds.map(({ name }) => name).join(", ")}`}
      extent={extent}
      cursor={cursor}
      height={height}
      legend={kinds.map((kind, place) => ({
        ...kind,
        value: (at) => {
          const value = rates[place]?.[at] ?? 0;
          return Number.isInteger(value) ? count(value) : digits(value);
        },
      }))}
    >
      <ValueTicks
        ticks={scale.ticks}
        at={(value) => TOP + scale.at(value)}
        text={tickText}
        extent={extent}
      />
      {kinds.map(({ name, colour }, place) => (
        <path key={name} class={`stack ${colour}`} d={bars[place]} />
      ))}
    </Figure>
  );
}
