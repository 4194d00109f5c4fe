// One step's log. Only the rows on the screen exist, so that a million lines scroll like ten.
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { clock, count } from "../format";
import { ansiPieces } from "../model/ansi";
import { hiddenRanges, lineAtRow, rowOfLine, visibleCount } from "../model/folds";
import { Pieces } from "../parts/output";
import type { LogStep } from "../report";
import { address } from "../route";
import type { Logs } from "./client";
import type { Line } from "./store";

export const ROW = 20;
// Browsers cut off taller elements; beyond it, scrolling is scaled.
const TALLEST = 8_000_000;
const PAGE = 256;
const SPARE = 12;

// Groups are folded, but for those in which something went wrong and the one that is asked for.
function foldedAtFirst(step: LogStep, asked: number): ReadonlySet<number> {
  const wanted = [...step.errors, asked];
  return new Set(
    step.groups
      .filter(([from, to]) => !wanted.some((line) => line > from && line <= to))
      .map(([from]) => from),
  );
}

// Pages of lines as they come in.
function usePages(logs: Logs, step: LogStep): (line: number) => Line | undefined {
  const pages = useRef(new Map<number, Line[] | "asked">());
  const owner = useRef(step);
  const [, redraw] = useState(0);
  if (owner.current !== step) {
    pages.current = new Map();
    owner.current = step;
  }
  return (line) => {
    const page = Math.floor(line / PAGE);
    const known = pages.current.get(page);
    if (known === undefined) {
      const own = pages.current;
      own.set(page, "asked");
      const from = step.first + page * PAGE;
      const to = Math.min(from + PAGE, step.first + step.lines);
      void logs.lines(from, to).then((lines) => {
        own.set(page, lines);
        redraw((times) => times + 1);
      });
    }
    return known === "asked" ? undefined : known?.[line - page * PAGE];
  };
}

export function LogViewer({
  logs,
  step,
  asked,
  timestamps,
}: {
  logs: Logs;
  step: LogStep;
  asked: number; // a line of the step; -1: none
  timestamps: boolean;
}): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [folded, setFolded] = useState(() => foldedAtFirst(step, asked));
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  const lineOf = usePages(logs, step);
  const hidden = useMemo(() => hiddenRanges(step.groups, folded), [step, folded]);
  const groups = useMemo(() => new Map(step.groups), [step]);
  const rows = visibleCount(step.lines, hidden);
  const whole = rows * ROW;
  const tall = Math.min(whole, TALLEST);
  // How far rows move for each pixel of the scroll bar.
  const scale = tall > height ? Math.max(1, (whole - height) / (tall - height)) : 1;

  useLayoutEffect(() => {
    const element = box.current!;
    const measure = new ResizeObserver(() => setHeight(element.clientHeight));
    measure.observe(element);
    return () => measure.disconnect();
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new question moves the view
  useEffect(() => {
    const element = box.current!;
    const row = asked < 0 ? 0 : Math.max(0, rowOfLine(asked, hidden) - 6);
    element.scrollTop = (row * ROW) / scale;
    setTop(element.scrollTop);
  }, [step, asked]);

  const first = Math.max(0, Math.floor((top * scale) / ROW) - SPARE);
  const last = Math.min(rows, Math.ceil((top * scale + height) / ROW) + SPARE);
  const shift = top - top * scale;
  const toggle = (from: number): void => {
    const next = new Set(folded);
    if (!next.delete(from)) next.add(from);
    setFolded(next);
  };
  const drawn: JSX.Element[] = [];
  for (let row = first; row < last; row++) {
    const line = lineAtRow(row, hidden);
    if (line >= step.lines) break;
    drawn.push(
      <Row
        key={line}
        number={line}
        top={row * ROW + shift}
        line={lineOf(line)}
        address={address("logs", String(step.job), String(step.step), String(line + 1))}
        asked={line === asked}
        timestamps={timestamps}
        folded={groups.has(line) ? folded.has(line) : undefined}
        toggle={toggle}
        leftOut={step.leftOut?.[0] === line ? step.leftOut[1] : 0}
      />,
    );
  }
  const digits = String(step.lines).length;
  return (
    <div
      class="log-lines"
      ref={box}
      tabIndex={0}
      role="group"
      aria-label={`Log, ${count(step.lines)} lines`}
      style={{ "--digits": `${Math.max(3, digits)}ch` }}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      <div style={{ height: `${tall}px` }}>{drawn}</div>
    </div>
  );
}

const KINDS: Record<string, string> = {
  c: "command",
  g: "group",
  d: "debug",
  n: "notice",
  w: "warning",
  E: "error",
};

function Row({
  number,
  top,
  line,
  address: link,
  asked,
  timestamps,
  folded,
  toggle,
  leftOut,
}: {
  number: number;
  top: number;
  line: Line | undefined;
  address: string;
  asked: boolean;
  timestamps: boolean;
  folded: boolean | undefined;
  toggle: (from: number) => void;
  leftOut: number;
}): JSX.Element {
  const kind = KINDS[line?.kind ?? ""] ?? "";
  const text = line ? <Pieces pieces={ansiPieces(line.text)} /> : " ";
  return (
    <div
      class={`log-line ${kind} ${asked ? "asked" : ""}`}
      style={{ transform: `translateY(${top}px)` }}
    >
      <a class="at" href={link} aria-label={`Line ${number + 1}`}>
        {number + 1}
      </a>
      {timestamps && line && <time>{clock(line.time)}</time>}
      {leftOut > 0 && (
        <em class="left-out">{count(leftOut)} lines before this one are left out. </em>
      )}
      {folded === undefined ? (
        <span class="text">{text}</span>
      ) : (
        <button
          type="button"
          class="text"
          aria-label={line?.text.trim() ? undefined : `Group at line ${number + 1}`}
          aria-expanded={!folded}
          onClick={() => toggle(number)}
        >
          <i class="twist" aria-hidden="true" />
          {text}
        </button>
      )}
    </div>
  );
}
