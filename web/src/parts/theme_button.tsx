// The button that changes the colours.
import type { JSX } from "preact";
import type { Theme } from "../theme";

export function ThemeButton({ theme, next }: { theme: Theme; next: () => void }): JSX.Element {
  return (
    <button type="button" class="theme" onClick={next} aria-label={`Colours: ${theme}. Change`}>
      <svg viewBox="0 0 16 16" class="half" aria-hidden="true">
        <circle cx="8" cy="8" r="6.5" />
        <path d="M8 1.5a6.5 6.5 0 0 1 0 13z" />
      </svg>
      {theme === "system" ? "System" : theme === "light" ? "Light" : "Dark"}
    </button>
  );
}
