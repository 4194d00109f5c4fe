// What all plots of a test have in common: their place, the axis of time, the cross hair and the legend.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Cursor, usePlace } from "./cursor";
import { clockText, timeTicks } from "./scale";

export const LEFT = 58;
export const RIGHT = 10;
export const TOP = 6;
export const BOTTOM = 20;

// Of all plots: how wide, and from when to when.
export interface Extent {
  width: number;
  from: number;
  to: number;
  step: number;
  first: number; // the time of place 0
}

export const inner = (extent: Extent): number => Math.max(40, extent.width - LEFT - RIGHT);

export const xOf = (extent: Extent, seconds: number): number =>
  LEFT + ((seconds - extent.from) / (extent.to - extent.from)) * inner(extent);

// The middle of a place.
export const xAt = (extent: Extent, place: number): number =>
  xOf(extent, extent.first + (place + 0.5) * extent.step);

export function placeAt(extent: Extent, x: number, places: number): number {
  const seconds = extent.from + ((x - LEFT) / inner(extent)) * (extent.to - extent.from);
  const place = Math.floor((seconds - extent.first) / extent.step);
  return Math.max(0, Math.min(places - 1, place));
}

export function useWidth(): [{ current: HTMLDivElement | null }, number] {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!element.current) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, Math.round(width)];
}

export interface Named {
  name: string;
  colour: string; // the class of its mark
  dashed?: boolean;
  value(place: number): string;
}

export function Figure({
  title,
  unit,
  label,
  legend,
  cursor,
  extent,
  height,
  tools,
  behind,
  children,
}: {
  title: string;
  unit: string;
  label: string; // for those who cannot see it
  legend: Named[];
  cursor: Cursor;
  extent: Extent;
  height: number;
  tools?: ComponentChildren;
  behind?: ComponentChildren;
  children: ComponentChildren;
}): JSX.Element {
  const bottom = height - BOTTOM;
  return (
    <figure class="plot">
      <figcaption>
        <b>
          {title} <small>{unit}</small>
        </b>
        <Legend legend={legend} cursor={cursor} />
        {tools}
      </figcaption>
      <div class="sheet" style={{ height: `${height}px` }}>
        {behind}
        <svg width={extent.width} height={height} role="img" aria-label={label}>
          {timeTicks(extent.from, extent.to, inner(extent)).map((tick) => (
            <g key={tick} class="tick">
              <line x1={xOf(extent, tick)} x2={xOf(extent, tick)} y1={TOP} y2={bottom + 4} />
              <text
                x={Math.min(xOf(extent, tick), extent.width - 2)}
                y={height - 5}
                text-anchor={xOf(extent, tick) > extent.width - 24 ? "end" : "middle"}
              >
                {clockText(tick)}
              </text>
            </g>
          ))}
          {children}
        </svg>
        <Cross cursor={cursor} extent={extent} height={bottom} />
      </div>
    </figure>
  );
}

export function ValueTicks({
  ticks,
  at,
  text,
  extent,
}: {
  ticks: number[];
  at: (value: number) => number;
  text: (value: number) => string;
  extent: Extent;
}): JSX.Element {
  return (
    <>
      {ticks.map((tick) => (
        <g key={tick} class="tick value">
          <line x1={LEFT} x2={LEFT + inner(extent)} y1={at(tick)} y2={at(tick)} />
          <text x={LEFT - 7} y={at(tick) + 4} text-anchor="end">
            {text(tick)}
          </text>
        </g>
      ))}
    </>
  );
}

function Legend({ legend, cursor }: { legend: Named[]; cursor: Cursor }): JSX.Element {
  const place = usePlace(cursor);
  return (
    <ul class="legend">
      {legend.map(({ name, colour, dashed, value }) => (
        <li key={name}>
          <svg class={`mark ${colour}`} viewBox="0 0 16 8" aria-hidden="true">
            <path d="M0 4h16" stroke-dasharray={dashed ? "4 3" : undefined} />
          </svg>
          {name}
          {place !== null && <b>{value(place)}</b>}
        </li>
      ))}
    </ul>
  );
}

// Over the picture and not in it, so that moving it draws nothing else anew.
function Cross({
  cursor,
  extent,
  height,
}: {
  cursor: Cursor;
  extent: Extent;
  height: number;
}): JSX.Element | null {
  const place = usePlace(cursor);
  if (place === null) return null;
  return (
    <i
      class="cross"
      style={{
        top: `${TOP}px`,
        height: `${height - TOP}px`,
        transform: `translateX(${Math.round(xAt(extent, place))}px)`,
      }}
    />
  );
}
