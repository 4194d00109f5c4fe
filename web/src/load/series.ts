// The seconds of a test as columns that plots draw; very long tests are folded to what a screen shows.
import type { Second } from "./document";

export const MOST_PLACES = 3600;

export interface Columns {
  step: number; // seconds a place stands for
  t: number[]; // where it begins
  users: number[];
  requests: number[]; // a second
  iterations: number[];
  failed: number[];
  dropped: number[];
  p50: number[]; // NaN where nothing was answered
  p95: number[];
  p99: number[];
  intended: number[];
  heat: Map<number, number>[];
  failures: Map<number, number>[];
}

const pairs = (flat: number[] | undefined): [number, number][] =>
  Array.from({ length: Math.floor((flat?.length ?? 0) / 2) }, (_, place) => [
    flat![place * 2]!,
    flat![place * 2 + 1]!,
  ]);

function summed(seconds: Second[], of: (second: Second) => number[] | undefined) {
  const counts = new Map<number, number>();
  for (const second of seconds)
    for (const [key, count] of pairs(of(second))) counts.set(key, (counts.get(key) ?? 0) + count);
  return counts;
}

// Rates become means, latencies the highest of a place: a stall of one second must not be folded away.
export function columnsOf(seconds: Second[], most = MOST_PLACES): Columns {
  const last = seconds.at(-1)?.t ?? 0;
  const first = seconds[0]?.t ?? 0;
  const step = Math.max(1, Math.ceil((last - first + 1) / most));
  const places: Second[][] = [];
  for (const second of seconds) {
    const place = Math.floor((second.t - first) / step);
    while (places.length <= place) places.push([]);
    places[place]!.push(second);
  }
  const mean = (of: (second: Second) => number | undefined): number[] =>
    places.map(
      (some) => some.reduce((sum, second) => sum + (of(second) ?? 0), 0) / Math.max(1, some.length),
    );
  const highest = (of: (second: Second) => number | undefined): number[] =>
    places.map((some) =>
      some.reduce((high, second) => {
        const value = of(second);
        return value === undefined ? high : Number.isNaN(high) ? value : Math.max(high, value);
      }, Number.NaN),
    );
  return {
    step,
    t: places.map((_, place) => first + place * step),
    users: mean((second) => second.users),
    requests: mean((second) => second.requests),
    iterations: mean((second) => second.iterations),
    failed: mean((second) => second.failed),
    dropped: mean((second) => second.dropped),
    p50: highest((second) => second.p50),
    p95: highest((second) => second.p95),
    p99: highest((second) => second.p99),
    intended: highest((second) => second.intended_p95),
    heat: places.map((some) => summed(some, (second) => second.heat)),
    failures: places.map((some) => summed(some, (second) => second.failures)),
  };
}

export const largest = (values: number[]): number =>
  values.reduce((most, value) => (value > most ? value : most), 0);

export const smallest = (values: number[]): number =>
  values.reduce((least, value) => (value > 0 && value < least ? value : least), Infinity);

export const known = (values: number[]): boolean => values.some((value) => value > 0);

// A cell of the heat map holds what took so long and more: eight cells an octave, from 1 ms up.
export const cellFrom = (cell: number): number => {
  const octave = Math.floor(cell / 8);
  return 2 ** octave * (1 + (cell - octave * 8) / 8);
};

// Codes of failures in the order of how often they came, and the rest as one.
export function failureCodes(seconds: Second[]): [code: number, count: number][] {
  return [...summed(seconds, (second) => second.failures)].sort(
    ([left, many], [right, few]) => few - many || left - right,
  );
}

const WORDS: Record<number, string> = {
  0: "failed",
  1000: "connection failed",
  1010: "no TCP connection",
  1020: "invalid URL",
  1050: "timed out",
  1100: "DNS failed",
  1101: "no such host",
  1110: "address blocked",
  1111: "host blocked",
  1200: "TCP failed",
  1201: "broken pipe",
  1202: "socket error",
  1210: "dial failed",
  1211: "dial timed out",
  1212: "connection refused",
  1213: "dial error",
  1220: "connection reset",
  1300: "TLS failed",
  1301: "no TLS there",
  1310: "unknown authority",
  1311: "wrong hostname",
  1701: "cannot be decompressed",
};

// k6's error codes; a status where the script did not expect it.
export function failureText(code: number): string {
  if (code >= 1400 && code < 1600) return `HTTP ${code - 1000}`;
  if (code >= 100 && code < 600) return `HTTP ${code}, not expected`;
  if (code >= 1610 && code < 1670) return `HTTP/2 error ${code}`;
  return WORDS[code] ?? `error ${code}`;
}
