// The address of what is shown: "#tests/t12". Every view has one, and so has what can be opened in it.
import { useEffect, useState } from "preact/hooks";

export const VIEWS = [
  "overview",
  "pipeline",
  "tests",
  "coverage",
  "findings",
  "load",
  "gate",
  "logs",
] as const;
export type View = (typeof VIEWS)[number];

export interface Route {
  view: View;
  rest: string[];
}

export const address = (view: View, ...rest: string[]): string =>
  `#${[view, ...rest.map(encodeURIComponent)].join("/")}`;

export function parseRoute(hash: string): Route {
  const [view, ...rest] = hash.replace(/^#/, "").split("/").map(decoded);
  const known = VIEWS.find((name) => name === view);
  return known ? { view: known, rest } : { view: "overview", rest: [] };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// `first` is what the page opens with where its address names nothing.
export function useRoute(first = ""): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = (): void => setHash(location.hash);
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return parseRoute(hash.length > 1 ? hash : first);
}
