// Lines over time.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { Cursor } from "./cursor";
import { BOTTOM, type Extent, Figure, TOP, ValueTicks, xAt } from "./frame";
import { linear, logarithmic, tickText } from "./scale";
import { largest, smallest } from "./series";

export interface Line {
  name: string;
  values: number[]; // NaN: nothing
  colour: string;
  dashed?: boolean;
  area?: boolean;
}

// A place without a value is a gap.
function pathOf(values: number[], extent: Extent, y: (value: number) => number): string {
  let path = "";
  let drawing = false;
  values.forEach((value, place) => {
    if (!Number.isFinite(value)) {
      drawing = false;
      return;
    }
    path += `${drawing ? "L" : "M"}${xAt(extent, place).toFixed(1)} ${y(value).toFixed(1)}`;
    drawing = true;
  });
  return path;
}

function areaOf(values: number[], extent: Extent, y: (value: number) => number): string {
  if (values.length === 0) return "";
  const known = values.map((value) => (Number.isFinite(value) ? value : 0));
  const end = xAt(extent, values.length - 1).toFixed(1);
  const zero = y(0).toFixed(1);
  return `${pathOf(known, extent, y)}L${end} ${zero}L${xAt(extent, 0).toFixed(1)} ${zero}Z`;
}

function drawn(lines: Line[], extent: Extent, pixels: number, log: boolean) {
  const most = largest(lines.map(({ values }) => largest(values)));
  const least = Math.min(...lines.map(({ values }) => smallest(values)));
  const scale =
    log && Number.isFinite(least) ? logarithmic(least, most, pixels) : linear(most, pixels);
  const y = (value: number): number => TOP + scale.at(value);
  // The baseline lies behind.
  const drawnFirst = [...lines].sort(
    (left, right) => Number(right.colour === "base") - Number(left.colour === "base"),
  );
  const paths = drawnFirst.map((line) => ({
    line,
    path: pathOf(line.values, extent, y),
    area: line.area ? areaOf(line.values, extent, y) : "",
  }));
  return { scale, most, paths };
}

export function Lines({
  title,
  unit,
  lines,
  text,
  extent,
  cursor,
  height = 150,
  log = false,
  tools,
}: {
  title: string;
  unit: string;
  lines: Line[];
  text: (value: number) => string;
  extent: Extent;
  cursor: Cursor;
  height?: number;
  log?: boolean;
  tools?: JSX.Element;
}): JSX.Element {
  const { scale, most, paths } = useMemo(
    () => drawn(lines, extent, height - TOP - BOTTOM, log),
    [lines, extent, log, height],
  );
  return (
    <Figure
      title={title}
      unit={unit}
      label={`${title} over time, in ${unit}; at most ${text(most)}`}
      extent={extent}
      cursor={cursor}
      height={height}
      tools={tools}
      legend={lines.map((line) => ({
        ...line,
        value: (place) => {
          const value = line.values[place];
          return value === undefined || !Number.isFinite(value) ? "–" : text(value);
        },
      }))}
    >
      <ValueTicks
        ticks={scale.ticks}
        at={(value) => TOP + scale.at(value)}
        text={tickText}
        extent={extent}
      />
      {paths.map(({ line, path, area }) => (
        <g key={line.name} class={`curve ${line.colour}`}>
          {area && <path class="area" d={area} />}
          <path d={path} stroke-dasharray={line.dashed ? "5 4" : undefined} />
        </g>
      ))}
    </Figure>
  );
}
