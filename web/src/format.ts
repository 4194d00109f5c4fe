// How numbers, times and places are written.

export function duration(seconds: number | undefined): string {
  if (seconds === undefined || !Number.isFinite(seconds)) return "";
  if (seconds < 0.0005) return "0 s";
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = whole % 60;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}

export function secondsBetween(started?: string, finished?: string): number | undefined {
  if (!started || !finished) return undefined;
  return (Date.parse(finished) - Date.parse(started)) / 1000;
}

export function bytes(count: number | undefined): string {
  if (count === undefined) return "";
  if (count < 1024) return `${count} B`;
  const units = ["KiB", "MiB", "GiB"];
  let size = count / 1024;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}

export const count = (value: number | undefined): string => (value ?? 0).toLocaleString("en-US");

export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

// "73.4 %". Never rounded up to 100: a line that is not covered must show.
export function percent(covered: number, whole: number): string {
  if (whole === 0) return "–";
  if (covered === whole) return "100 %";
  return `${(Math.floor((covered / whole) * 1000) / 10).toFixed(1)} %`;
}

// "0.04 %": a few failures of very many are not none.
export function share(part: number, whole: number): string {
  const value = whole === 0 ? 0 : (part / whole) * 100;
  return `${value === 0 || value >= 1 ? value.toFixed(1) : value.toPrecision(1)} %`;
}

export const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export function dateTime(text: string | undefined): string {
  if (!text) return "";
  return new Date(text).toLocaleString("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  });
}

export function clock(milliseconds: number): string {
  const date = new Date(milliseconds);
  const two = (value: number): string => String(value).padStart(2, "0");
  const fraction = String(date.getMilliseconds()).padStart(3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${fraction}`;
}

export const branchOf = (ref: string): string => ref.replace(/^refs\/(heads|tags|pull)\//, "");

// A name as part of an address or of a path: "Adds an item (2)" is "adds-an-item-2".
export const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
