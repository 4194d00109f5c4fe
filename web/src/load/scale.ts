// From values to pixels and back, and the ticks between.

export interface Scale {
  at(value: number): number;
  ticks: number[];
  from: number;
  to: number;
}

// 1, 2 or 5 times a power of ten, at least `rough`.
export function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const times = rough / power;
  return (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10) * power;
}

// From 0 to a round number at or above `most`.
export function linear(most: number, pixels: number, wanted = 4): Scale {
  const step = niceStep(Math.max(most, 1e-9) / wanted);
  const to = Math.max(step, Math.ceil(most / step - 1e-9) * step);
  const ticks: number[] = [];
  for (let place = 0; place * step <= to * (1 + 1e-9); place++) ticks.push(place * step);
  return { at: (value) => pixels * (1 - value / to), ticks, from: 0, to };
}

// Whole octaves around what is there; ticks at 1, 2 and 5 times powers of ten where there is room.
export function logarithmic(least: number, most: number, pixels: number): Scale {
  const low = Math.floor(Math.log2(Math.max(least, 1e-3)));
  const high = Math.max(low + 1, Math.ceil(Math.log2(Math.max(most, 1e-3))));
  const at = (value: number): number => {
    const octave = Math.log2(Math.max(value, 2 ** low));
    return pixels * (1 - (octave - low) / (high - low));
  };
  const decades = (high - low) / Math.log2(10);
  const steps = decades * 3 * 16 < pixels ? [1, 2, 5] : [1];
  const ticks: number[] = [];
  for (let power = -3; power <= 9; power++)
    for (const step of steps) {
      const tick = step * 10 ** power;
      if (tick >= 2 ** low && tick <= 2 ** high) ticks.push(tick);
    }
  return { at, ticks, from: 2 ** low, to: 2 ** high };
}

const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200];

export function timeTicks(from: number, to: number, pixels: number): number[] {
  const least = ((to - from) / pixels) * 70;
  const step = TIME_STEPS.find((one) => one >= least) ?? 86400;
  const ticks: number[] = [];
  for (let tick = Math.ceil(from / step) * step; tick <= to; tick += step) ticks.push(tick);
  return ticks;
}

// "0:05", "12:30", "1:02:03".
export function clockText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number): string => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = two(whole % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

// Three digits that matter: "0.24 ms", "12.4 ms", "1.23 s".
export function latency(milliseconds: number | undefined): string {
  if (milliseconds === undefined || !Number.isFinite(milliseconds)) return "–";
  if (milliseconds >= 60_000) return clockText(milliseconds / 1000);
  if (milliseconds >= 1000) return `${digits(milliseconds / 1000)} s`;
  if (milliseconds === 0) return "0 ms";
  return milliseconds >= 0.1 ? `${digits(milliseconds)} ms` : `${digits(milliseconds * 1000)} µs`;
}

export function digits(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString("en-US");
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString("en-US");
  return size >= 10 ? value.toFixed(1) : value.toFixed(2);
}

// A tick's number, without digits that say nothing.
export function tickText(value: number): string {
  if (value >= 1e6) return `${Number((value / 1e6).toFixed(2))}M`;
  if (value >= 10_000) return `${Number((value / 1e3).toFixed(1))}k`;
  return String(Number(value.toPrecision(3)));
}
