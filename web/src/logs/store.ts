// The lines of a run, opened part by part as they are needed, and the search over all of them. Runs
// in a worker where the browser allows one, else in the page.
import { unzipped } from "../gzip";
import { plainText } from "../model/ansi";

export interface Line {
  kind: string; // a letter: o(utput) c(ommand) g(roup) e(nd) d(ebug) n(otice) w(arning) E(rror)
  time: number;
  text: string;
}

export interface Hit {
  line: number; // in the whole run
  text: string; // plain, around the match
  from: number;
  to: number;
}

export interface SearchResult {
  total: number;
  lines: Uint32Array; // of all hits, MOST_LINES at most
  hits: Hit[]; // the first ones, with their text
}

export const MOST_HITS = 1000;
const MOST_LINES = 1_000_000;
const SHOWN_AROUND = 160;

interface Part {
  kinds: string;
  times: Float64Array;
  raw: string;
  plain: string; // `raw` itself where nothing is coloured
  starts: Uint32Array; // of lines in `plain`
  rawStarts: Uint32Array;
}

export function lineStarts(text: string, lines: number): Uint32Array {
  const starts = new Uint32Array(lines + 1);
  let at = 0;
  for (let line = 1; line < lines; line++) {
    at = text.indexOf("\n", at) + 1;
    starts[line] = at;
  }
  starts[lines] = text.length + 1;
  return starts;
}

function timesOf(deltas: string): Float64Array {
  const list = deltas.split(",");
  const times = new Float64Array(list.length);
  let now = 0;
  list.forEach((delta, index) => {
    if (delta !== "") now += Number.parseInt(delta, 36);
    times[index] = now;
  });
  return times;
}

export function openPart(text: string): Part {
  const kindsEnd = text.indexOf("\n");
  const timesEnd = text.indexOf("\n", kindsEnd + 1);
  const kinds = text.slice(0, kindsEnd);
  const raw = text.slice(timesEnd + 1);
  const plain = plainText(raw);
  const rawStarts = lineStarts(raw, kinds.length);
  return {
    kinds,
    times: timesOf(text.slice(kindsEnd + 1, timesEnd)),
    raw,
    plain,
    rawStarts,
    starts: plain === raw ? rawStarts : lineStarts(plain, kinds.length),
  };
}

// The last place whose value is not above `value`.
export function placeOf(starts: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

// Capitals in what is searched for ask for capitals.
export function expressionOf(query: string): RegExp {
  const escaped = query.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(escaped, query === query.toLowerCase() ? "gi" : "g");
}

export class LogStore {
  private readonly opened = new Map<number, Promise<Part>>();
  private search_ = 0;

  constructor(
    private readonly texts: string[], // base64 of gzip
    private readonly firsts: number[],
  ) {}

  private part(index: number): Promise<Part> {
    let part = this.opened.get(index);
    if (!part) {
      part = unzipped(this.texts[index]!).then(openPart);
      this.opened.set(index, part);
    }
    return part;
  }

  // Opens everything, so that the first search does not have to.
  async warm(): Promise<void> {
    for (let index = 0; index < this.texts.length; index++) await this.part(index);
  }

  async lines(from: number, to: number): Promise<Line[]> {
    const lines: Line[] = [];
    for (let index = placeOf(this.firsts, from); index < this.texts.length; index++) {
      const first = this.firsts[index]!;
      if (first >= to) break;
      const part = await this.part(index);
      const last = Math.min(to - first, part.kinds.length);
      for (let i = Math.max(0, from - first); i < last; i++) {
        lines.push({
          kind: part.kinds[i]!,
          time: part.times[i]!,
          text: part.raw.slice(part.rawStarts[i], part.rawStarts[i + 1]! - 1),
        });
      }
    }
    return lines;
  }

  // Null when another search has begun meanwhile.
  async search(query: string): Promise<SearchResult | null> {
    const own = ++this.search_;
    const hits: Hit[] = [];
    const lines: number[] = [];
    const expression = expressionOf(query);
    for (let index = 0; index < this.texts.length; index++) {
      const part = await this.part(index);
      if (own !== this.search_) return null;
      searchPart(part, this.firsts[index]!, expression, lines, hits);
    }
    return { total: lines.length, lines: Uint32Array.from(lines.slice(0, MOST_LINES)), hits };
  }
}

function searchPart(
  part: Part,
  first: number,
  expression: RegExp,
  lines: number[],
  hits: Hit[],
): void {
  const { plain, starts } = part;
  let line = 0;
  expression.lastIndex = 0;
  for (let match = expression.exec(plain); match; match = expression.exec(plain)) {
    const at = match.index;
    while (starts[line + 1]! <= at) line++;
    if (part.kinds[line] !== "e") {
      lines.push(first + line);
      if (hits.length < MOST_HITS) hits.push(hitOf(part, line, first, at, match[0].length));
    }
    // One hit a line is enough.
    expression.lastIndex = starts[line + 1]!;
    if (expression.lastIndex > plain.length) break;
  }
}

function hitOf(part: Part, line: number, first: number, at: number, length: number): Hit {
  const start = part.starts[line]!;
  const from = Math.max(start, at - SHOWN_AROUND);
  const to = Math.min(part.starts[line + 1]! - 1, at + length + SHOWN_AROUND);
  return {
    line: first + line,
    text: part.plain.slice(from, to),
    from: at - from,
    to: at - from + length,
  };
}
