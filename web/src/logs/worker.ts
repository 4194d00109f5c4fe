// The log store in a thread of its own: a message asks, a message with the same number answers.
import { LogStore } from "./store";

export type Request =
  | { id: number; ask: "open"; texts: string[]; firsts: number[] }
  | { id: number; ask: "warm" }
  | { id: number; ask: "lines"; from: number; to: number }
  | { id: number; ask: "search"; query: string };

let store = new LogStore([], []);

async function answer(request: Request): Promise<unknown> {
  switch (request.ask) {
    case "open":
      store = new LogStore(request.texts, request.firsts);
      return true;
    case "warm":
      return store.warm();
    case "lines":
      return store.lines(request.from, request.to);
    case "search":
      return store.search(request.query);
  }
}

self.onmessage = async (event: MessageEvent<Request>): Promise<void> => {
  try {
    self.postMessage({ id: event.data.id, value: await answer(event.data) });
  } catch (error) {
    self.postMessage({ id: event.data.id, error: String(error) });
  }
};
