// Light, dark, or as the system has it. The choice is remembered where the browser lets a file do so.
import { useEffect, useState } from "preact/hooks";

export type Theme = "system" | "light" | "dark";
const ORDER: Theme[] = ["system", "light", "dark"];
const KEY = "crema-theme";

function remembered(): Theme {
  try {
    const theme = localStorage.getItem(KEY);
    return ORDER.find((known) => known === theme) ?? "system";
  } catch {
    return "system";
  }
}

export function useTheme(): [Theme, () => void] {
  const [theme, setTheme] = useState<Theme>(remembered);
  useEffect(() => {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // Not remembered: the page works all the same.
    }
  }, [theme]);
  const next = (): void => setTheme((now) => ORDER[(ORDER.indexOf(now) + 1) % ORDER.length]!);
  return [theme, next];
}
