// How many requests took how long, over time: the stronger the colour, the more. Two peaks, a stall and a drift are
// seen here that no percentile shows.
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { count } from "../format";
import type { Cursor } from "./cursor";
import { BOTTOM, type Extent, Figure, inner, TOP, ValueTicks, xOf } from "./frame";
import { latency, logarithmic } from "./scale";
import { type Columns, cellFrom } from "./series";

interface Rows {
  low: number; // the first cell
  high: number; // the one after the last
  most: number; // in a place of a row
}

// Whole octaves, so that the rows fit the axis.
function rowsOf(columns: Columns): Rows | null {
  let low = Infinity;
  let high = -Infinity;
  let most = 0;
  for (const cells of columns.heat)
    for (const [cell, amount] of cells) {
      low = Math.min(low, cell);
      high = Math.max(high, cell);
      most = Math.max(most, amount);
    }
  if (!Number.isFinite(low)) return null;
  return { low: Math.floor(low / 8) * 8, high: Math.floor(high / 8) * 8 + 8, most };
}

function coloursOf(element: Element): [number, number, number][] {
  const style = getComputedStyle(element);
  return [0, 1, 2, 3, 4].map((stop) => {
    const hex = style.getPropertyValue(`--heat-${stop}`).trim().replace("#", "");
    const value = Number.parseInt(hex || "888888", 16);
    return [value >> 16, (value >> 8) & 255, value & 255];
  });
}

// Between the stops; a single request among thousands must be seen, so the scale is logarithmic.
function mixed(stops: [number, number, number][], share: number): [number, number, number] {
  const place = Math.min(share, 0.9999) * (stops.length - 1);
  const at = Math.floor(place);
  const [from, to] = [stops[at]!, stops[at + 1]!];
  const part = place - at;
  return [0, 1, 2].map((one) => Math.round(from[one]! + (to[one]! - from[one]!) * part)) as [
    number,
    number,
    number,
  ];
}

// `_scheme` counts changes of the colours, which the canvas itself does not hear of.
function draw(canvas: HTMLCanvasElement, columns: Columns, rows: Rows, _scheme: number): void {
  const { low, high, most } = rows;
  canvas.width = Math.max(1, columns.heat.length);
  canvas.height = high - low;
  const context = canvas.getContext("2d");
  if (!context) return;
  const image = context.createImageData(canvas.width, canvas.height);
  const stops = coloursOf(canvas);
  columns.heat.forEach((cells, x) => {
    for (const [cell, amount] of cells) {
      const share = most > 1 ? Math.log(amount) / Math.log(most) : 1;
      const place = ((high - 1 - cell) * canvas.width + x) * 4;
      const [red, green, blue] = mixed(stops, share);
      image.data.set([red, green, blue, 255], place);
    }
  });
  context.putImageData(image, 0, 0);
}

// Again when the colours of the page change.
function useScheme(): number {
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const changed = (): void => setTurn((before) => before + 1);
    const media = matchMedia("(prefers-color-scheme: dark)");
    media.addEventListener("change", changed);
    const observer = new MutationObserver(changed);
    observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => {
      media.removeEventListener("change", changed);
      observer.disconnect();
    };
  }, []);
  return turn;
}

export function Heat({
  columns,
  extent,
  cursor,
  height = 200,
}: {
  columns: Columns;
  extent: Extent;
  cursor: Cursor;
  height?: number;
}): JSX.Element | null {
  const rows = useMemo(() => rowsOf(columns), [columns]);
  const canvas = useRef<HTMLCanvasElement>(null);
  const scheme = useScheme();
  useEffect(() => {
    if (canvas.current && rows) draw(canvas.current, columns, rows, scheme);
  }, [columns, rows, scheme]);
  if (!rows) return null;
  const pixels = height - TOP - BOTTOM;
  const scale = logarithmic(cellFrom(rows.low), cellFrom(rows.high), pixels);
  const left = xOf(extent, extent.first);
  const right = xOf(extent, extent.first + columns.heat.length * extent.step);
  return (
    <Figure
      title="Latency of requests"
      unit="ms, logarithmic; the stronger, the more requests"
      label={`Heat map of latencies over time, from ${latency(cellFrom(rows.low))} to ${latency(cellFrom(rows.high))}; at most ${count(rows.most)} requests in one cell`}
      extent={extent}
      cursor={cursor}
      height={height}
      legend={[
        {
          name: "slowest",
          colour: "heat",
          value: (place) => {
            const cells = [...(columns.heat[place]?.keys() ?? [])];
            return cells.length === 0 ? "–" : latency(cellFrom(Math.max(...cells) + 1));
          },
        },
        {
          name: "most often",
          colour: "heat",
          value: (place) => {
            const cells = [...(columns.heat[place] ?? [])].sort(([, one], [, two]) => two - one);
            return cells[0] ? latency(cellFrom(cells[0][0])) : "–";
          },
        },
      ]}
      behind={
        <canvas
          ref={canvas}
          style={{
            left: `${left}px`,
            top: `${TOP}px`,
            width: `${Math.max(1, Math.min(right, endOf(extent)) - left)}px`,
            height: `${pixels}px`,
          }}
        />
      }
    >
      <ValueTicks
        ticks={scale.ticks}
        at={(value) => TOP + scale.at(value)}
        text={latency}
        extent={extent}
      />
    </Figure>
  );
}

const endOf = (extent: Extent): number => xOf(extent, extent.from) + inner(extent);
