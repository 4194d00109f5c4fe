// A test as it comes, from the events of a live page.
import type { Baseline, LoadDocument, LoadState, Second } from "./document";

export interface Feed {
  load: LoadDocument | null;
  baseline?: Baseline;
  connected: boolean;
}

// `changed` is called with a new object whenever something is new. Ends by itself with the test.
export function openFeed(changed: (feed: Feed) => void): () => void {
  const seconds = new Map<number, Second>();
  let feed: Feed = { load: null, connected: true };
  const tell = (part: Partial<Feed>): void => {
    feed = { ...feed, ...part };
    changed(feed);
  };
  const source = new EventSource("/events");
  source.addEventListener("open", () => tell({ connected: true }));
  // The browser tries again by itself; a test that has ended has no server any more.
  source.addEventListener("error", () => tell({ connected: false }));
  source.addEventListener("second", ({ data }) => {
    const second: Second = JSON.parse(data);
    seconds.set(second.t, second);
  });
  source.addEventListener("baseline", ({ data }) => tell({ baseline: JSON.parse(data) }));
  source.addEventListener("state", ({ data }) => {
    const state: LoadState | LoadDocument = JSON.parse(data);
    if ("seconds" in state) {
      source.close();
      tell({ load: state, connected: true });
      return;
    }
    const known = [...seconds.values()].sort((left, right) => left.t - right.t);
    tell({ load: { ...state, seconds: known } });
  });
  return () => source.close();
}
