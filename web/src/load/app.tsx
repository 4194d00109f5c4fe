// The page of one test alone: live while it runs, or what a file has of it.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Parts } from "../page";
import { ThemeButton } from "../parts/theme_button";
import { useTheme } from "../theme";
import type { Baseline, LoadDocument, LoadHead } from "./document";
import { type Feed, openFeed } from "./feed";
import { LoadRunView } from "./run";
import { verdictOf } from "./words";

function useFeed(head: LoadHead, parts: Parts): Feed {
  const [feed, setFeed] = useState<Feed>({ load: null, connected: true });
  useEffect(() => {
    if (head.live) return openFeed(setFeed);
    void Promise.all([
      parts.json<LoadDocument>("load-0"),
      parts.json<Baseline>("load-0-baseline"),
    ]).then(([load, baseline]) =>
      setFeed({ load: load ?? null, connected: true, ...(baseline && { baseline }) }),
    );
    return undefined;
  }, [head, parts]);
  return feed;
}

export function LoadApp({ head, parts }: { head: LoadHead; parts: Parts }): JSX.Element {
  const feed = useFeed(head, parts);
  const [theme, nextTheme] = useTheme();
  const { load } = feed;
  useEffect(() => {
    document.title = load ? `${verdictOf(load).title} – ${head.title}` : head.title;
  }, [load, head]);
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const typing = (event.target as HTMLElement).tagName === "INPUT";
      if (event.key === "t" && !typing && !event.ctrlKey && !event.metaKey) nextTheme();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  });
  return (
    <main class="alone">
      <header>
        <h1>{head.title.replace(/^crema load run /, "")}</h1>
        <ThemeButton theme={theme} next={nextTheme} />
      </header>
      {!feed.connected && load?.exit === undefined && (
        <p class="banner warn">
          The test has ended, or its page cannot be reached; what came before is below.
        </p>
      )}
      <h2 class="unseen">How it goes</h2>
      {load ? (
        <LoadRunView load={load} baseline={feed.baseline} />
      ) : (
        <p class="empty">The test begins…</p>
      )}
      <footer class="about">
        {head.title}, crema {head.crema}
      </footer>
    </main>
  );
}
