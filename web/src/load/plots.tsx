// The plots of a test below each other on one axis of time, with one cross hair for all.
import type { ComponentChildren, JSX } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { Cursor, usePlace } from "./cursor";
import type { LoadDocument, Second } from "./document";
import { Failures, failureKinds } from "./failures";
import { type Extent, placeAt, useWidth } from "./frame";
import { Heat } from "./heat";
import { type Line, Lines } from "./lines";
import { clockText, digits, latency } from "./scale";
import { type Columns, columnsOf, failureCodes, known, largest } from "./series";

const SHORTEST = 10; // seconds of the axis
const STEADY = 20; // a p99 so many times the usual p50 wants a logarithmic axis

// The baseline's value beside each place; the two runs began at t 0 both.
function beside(columns: Columns, base: Columns, of: (columns: Columns) => number[]): number[] {
  const values = of(base);
  return columns.t.map((t) => {
    const place = Math.floor((t - (base.t[0] ?? 0)) / base.step);
    return place < 0 ? Number.NaN : (values[place] ?? Number.NaN);
  });
}

function trafficLines(columns: Columns, base: Columns | null): Line[] {
  const rates = known(columns.requests);
  const of = (some: Columns): number[] => (rates ? some.requests : some.iterations);
  const lines: Line[] = [
    { name: rates ? "requests" : "iterations", values: of(columns), colour: "one", area: true },
  ];
  if (known(columns.dropped))
    lines.push({ name: "dropped iterations", values: columns.dropped, colour: "three" });
  if (base && rates)
    lines.push({
      name: "baseline",
      values: beside(columns, base, of),
      colour: "base",
      dashed: true,
    });
  return lines;
}

function latencyLines(columns: Columns, base: Columns | null): Line[] {
  const lines: Line[] = [
    { name: "p50", values: columns.p50, colour: "one" },
    { name: "p95", values: columns.p95, colour: "two" },
    { name: "p99", values: columns.p99, colour: "three" },
  ];
  if (columns.intended.some(Number.isFinite))
    lines.push({
      name: "p95 from intended start",
      values: columns.intended,
      colour: "four",
      dashed: true,
    });
  if (base)
    lines.push({
      name: "baseline p95",
      values: beside(columns, base, (some) => some.p95),
      colour: "base",
      dashed: true,
    });
  return lines;
}

const median = (values: number[]): number => {
  const some = values.filter((value) => value > 0).sort((left, right) => left - right);
  return some[Math.floor(some.length / 2)] ?? 0;
};

export function Plots({
  load,
  baseline,
}: {
  load: LoadDocument;
  baseline?: Second[] | undefined;
}): JSX.Element {
  const [element, width] = useWidth();
  const cursor = useMemo(() => new Cursor(), []);
  const columns = useMemo(() => columnsOf(load.seconds), [load.seconds]);
  const base = useMemo(() => (baseline?.length ? columnsOf(baseline) : null), [baseline]);
  const traffic = useMemo(() => trafficLines(columns, base), [columns, base]);
  const users = useMemo(
    (): Line[] => [{ name: "active users", values: columns.users, colour: "five", area: true }],
    [columns],
  );
  const percentiles = useMemo(() => latencyLines(columns, base), [columns, base]);
  const codes = useMemo(() => failureCodes(load.seconds), [load.seconds]);
  const kinds = useMemo(() => failureKinds(codes), [codes]);
  const [chosen, choose] = useState<boolean | null>(null);
  const log = chosen ?? largest(columns.p99) > STEADY * median(columns.p50);
  const extent: Extent = useMemo(
    () => ({
      width,
      from: 0,
      to: Math.max(SHORTEST, (columns.t.at(-1) ?? 0) + columns.step),
      step: columns.step,
      first: columns.t[0] ?? 0,
    }),
    [width, columns],
  );
  if (columns.t.length === 0)
    return <p class="empty">It did not run for a whole second: there is nothing to draw.</p>;
  return (
    <div class="plots" ref={element}>
      {width > 0 && (
        <Reader columns={columns} extent={extent} cursor={cursor}>
          <Lines
            title="Throughput"
            unit={known(columns.requests) ? "requests/s" : "iterations/s"}
            lines={traffic}
            text={digits}
            extent={extent}
            cursor={cursor}
          />
          <Lines
            title="Users"
            unit="active at once"
            lines={users}
            text={digits}
            extent={extent}
            cursor={cursor}
            height={90}
          />
          {known(columns.p99) && (
            <>
              <Lines
                title="Percentiles"
                unit={log ? "ms, logarithmic" : "ms"}
                lines={percentiles}
                text={latency}
                extent={extent}
                cursor={cursor}
                height={190}
                log={log}
                tools={
                  <button
                    type="button"
                    class="small"
                    aria-pressed={log}
                    onClick={() => choose(!log)}
                  >
                    Logarithmic
                  </button>
                }
              />
              <Heat columns={columns} extent={extent} cursor={cursor} />
            </>
          )}
          {kinds.length > 0 && (
            <Failures columns={columns} kinds={kinds} extent={extent} cursor={cursor} />
          )}
        </Reader>
      )}
      <p class="note">
        {columns.step > 1
          ? `Each point stands for ${columns.step} s: rates are means, latencies the highest of them. `
          : ""}
        To read values, point at a plot, or focus the time above them and use ← → Home End.
      </p>
    </div>
  );
}

// Moves the cross hair by pointer; its first line does by keys.
function Reader({
  columns,
  extent,
  cursor,
  children,
}: {
  columns: Columns;
  extent: Extent;
  cursor: Cursor;
  children: ComponentChildren;
}): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const point = (event: PointerEvent): void => {
    const left = element.current?.getBoundingClientRect().left ?? 0;
    cursor.set(placeAt(extent, event.clientX - left, columns.t.length));
  };
  return (
    <div
      ref={element}
      class="reader"
      onPointerMove={point}
      onPointerDown={point}
      onPointerLeave={(event) => event.pointerType === "mouse" && cursor.set(null)}
    >
      <TimeSlider columns={columns} cursor={cursor} />
      {children}
    </div>
  );
}

// Says aloud what stands at the time it is moved to.
function TimeSlider({ columns, cursor }: { columns: Columns; cursor: Cursor }): JSX.Element {
  const place = usePlace(cursor);
  const last = columns.t.length - 1;
  const at = place ?? last;
  const pressed = (event: KeyboardEvent): void => {
    const step = event.shiftKey ? 10 : 1;
    const to: Record<string, number | null> = {
      ArrowLeft: at - step,
      ArrowRight: at + step,
      Home: 0,
      End: last,
      Escape: null,
    };
    if (!(event.key in to)) return;
    const wanted = to[event.key] ?? null;
    cursor.set(wanted === null ? null : Math.max(0, Math.min(last, wanted)));
    event.preventDefault();
  };
  return (
    <div
      class="at"
      role="slider"
      tabIndex={0}
      aria-label="Time in the plots"
      aria-valuemin={0}
      aria-valuemax={last}
      aria-valuenow={at}
      aria-valuetext={spoken(columns, at)}
      onKeyDown={pressed}
    >
      {place === null ? "Time" : clockText(columns.t[place] ?? 0)}
    </div>
  );
}

function spoken(columns: Columns, place: number): string {
  const parts = [
    clockText(columns.t[place] ?? 0),
    `${digits(columns.requests[place] ?? 0)} requests a second`,
    `${digits(columns.users[place] ?? 0)} users`,
  ];
  const p95 = columns.p95[place];
  if (p95 !== undefined && Number.isFinite(p95)) parts.push(`p95 ${latency(p95)}`);
  if (columns.failed[place]) parts.push(`${digits(columns.failed[place]!)} failed a second`);
  return parts.join(", ");
}
