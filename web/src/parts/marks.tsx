// Small marks that mean the same everywhere: how something ended, how much of it is covered, how a
// test went lately.
import type { ComponentChildren, JSX } from "preact";
import { percent } from "../format";
import { grade, ratio } from "../model/coverage";
import type { TestHistory, Total } from "../report";

export type Tone = "good" | "bad" | "warn" | "quiet" | "busy";

const TONES: Record<string, Tone> = {
  success: "good",
  passed: "good",
  succeeded: "good",
  failure: "bad",
  failed: "bad",
  missing: "bad",
  rolled_back: "bad",
  flaky: "warn",
  waived: "warn",
  interrupted: "warn",
  running: "busy",
};

export const toneOf = (state: string | undefined): Tone => TONES[state ?? ""] ?? "quiet";

const SHAPES: Record<Tone, JSX.Element> = {
  good: <path d="M5 8.3l2.1 2.1L11.2 6" />,
  bad: <path d="M5.6 5.6l4.8 4.8m0-4.8l-4.8 4.8" />,
  warn: <path d="M8 4.6v4.2m0 2.5v.1" />,
  quiet: <path d="M5 8h6" />,
  busy: <path d="M8 4.8V8l2.2 1.6" />,
};

// The word is read aloud, unless one stands beside it (label ""); the shape tells the same to those
// who do not see colours.
export function Glyph({
  state,
  label,
}: {
  state: string | undefined;
  label?: string;
}): JSX.Element {
  const tone = toneOf(state);
  const read = label ?? state ?? "none";
  const role = read === "" ? { "aria-hidden": true } : { role: "img" as const, "aria-label": read };
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: the role has its label, or the text beside it is one
    <svg class={`glyph ${tone}`} viewBox="0 0 16 16" {...role}>
      <circle cx="8" cy="8" r="7.5" />
      {SHAPES[tone]}
    </svg>
  );
}

export function Tag({ tone, children }: { tone?: Tone; children: ComponentChildren }): JSX.Element {
  return <span class={`tag ${tone ?? ""}`}>{children}</span>;
}

export function CoverageBar({ total, label }: { total: Total; label?: string }): JSX.Element {
  const text = percent(total[0], total[1]);
  return (
    <span class="coverage-bar" role="img" aria-label={`${label ?? "covered"} ${text}`}>
      <i class={grade(total)} style={{ width: `${ratio(total) * 100}%` }} />
    </span>
  );
}

const WORDS = { p: "passed", f: "failed", s: "skipped", k: "flaky" };

// The last runs of a test, the newest at the right.
export function Dots({ results }: { results: TestHistory["results"] }): JSX.Element | null {
  if (results.length === 0) return null;
  const shown = results.slice(0, 12).reverse();
  const label = shown.map(([run, outcome]) => `run ${run} ${WORDS[outcome]}`).join(", ");
  return (
    <svg
      class="dots"
      viewBox={`0 0 ${shown.length * 8} 10`}
      width={shown.length * 8}
      height="10"
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      {shown.map(([run, outcome], place) => (
        <rect
          key={run}
          class={`dot-${outcome}`}
          x={place * 8 + 1}
          y={outcome === "p" ? 3 : 1}
          width="5"
          height={outcome === "p" ? 6 : 8}
          rx="1.5"
        />
      ))}
    </svg>
  );
}

export function Section({
  title,
  note,
  children,
  id,
}: {
  title: string;
  note?: ComponentChildren;
  children: ComponentChildren;
  id?: string;
}): JSX.Element {
  return (
    <section class="section" id={id}>
      <header>
        <h2>{title}</h2>
        {note !== undefined && <span class="note">{note}</span>}
      </header>
      {children}
    </section>
  );
}

export function Empty({ children }: { children: ComponentChildren }): JSX.Element {
  return <p class="empty">{children}</p>;
}

export function Filter({
  value,
  placeholder,
  onInput,
}: {
  value: string;
  placeholder: string;
  onInput: (value: string) => void;
}): JSX.Element {
  return (
    <input
      class="filter"
      type="search"
      data-search
      value={value}
      placeholder={placeholder}
      aria-label={placeholder}
      onInput={(event) => onInput(event.currentTarget.value)}
    />
  );
}

// A long list shows its beginning; the rest comes when asked for.
export function more(shown: number, all: number, show: () => void): JSX.Element | null {
  if (shown >= all) return null;
  return (
    <button type="button" class="more" onClick={show}>
      Show {Math.min(all - shown, 500).toLocaleString("en-US")} more of{" "}
      {(all - shown).toLocaleString("en-US")}
    </button>
  );
}
