// What the page has been given: the document, and parts beside it that are opened when they are asked
// for. A live server would give the same from addresses.
import { unzipped } from "./gzip";
import type { LoadHead } from "./load/document";
import type { LogIndex, Report } from "./report";

export interface Parts {
  // Resolves once all of the page is there; null where the page has no logs.
  logIndex(): Promise<LogIndex | null>;
  // The part as the page has it: base64.
  text(name: string): string | undefined;
  // A compressed part as JSON.
  json<Value>(name: string): Promise<Value | undefined>;
}

// Null where the page is a run's.
export function readLoadHead(): LoadHead | null {
  const element = document.getElementById("crema-load");
  return element ? JSON.parse(element.textContent ?? "null") : null;
}

export function readReport(): Report {
  const element = document.getElementById("crema-report");
  if (!element) throw new Error("this page holds no run: `crema report` puts one in");
  return JSON.parse(element.textContent ?? "");
}

const whole: Promise<void> = new Promise((resolve) => {
  if (document.readyState !== "loading") resolve();
  else document.addEventListener("DOMContentLoaded", () => resolve(), { once: true });
});

export const pageParts: Parts = {
  async logIndex() {
    await whole;
    const element = document.getElementById("crema-logs");
    return element ? JSON.parse(element.textContent ?? "null") : null;
  },
  text: (name) => document.getElementById(name)?.textContent ?? undefined,
  async json(name) {
    await whole;
    const text = this.text(name);
    return text === undefined ? undefined : JSON.parse(await unzipped(text));
  },
};
