// Logs as views ask for them, whether a worker answers or, where the browser has none for files, the
// page itself.
import type { Parts } from "../page";
import type { LogIndex } from "../report";
import { type Line, LogStore, type SearchResult } from "./store";
import type { Request } from "./worker";
import LogWorker from "./worker?worker&inline";

export interface Logs {
  index: LogIndex;
  warm(): Promise<unknown>;
  lines(from: number, to: number): Promise<Line[]>;
  search(query: string): Promise<SearchResult | null>;
}

type Ask<Kind> = Kind extends { id: number } ? Omit<Kind, "id"> : never;

class WorkerLogs implements Logs {
  private readonly waiting = new Map<
    number,
    { resolve: (value: never) => void; reject: (error: Error) => void }
  >();
  private next = 0;

  constructor(
    private readonly worker: Worker,
    readonly index: LogIndex,
  ) {
    worker.onmessage = ({ data }) => {
      const waiting = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      if (data.error) waiting?.reject(new Error(data.error));
      else waiting?.resolve(data.value as never);
    };
  }

  ask<Value>(request: Ask<Request>): Promise<Value> {
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ ...request, id });
    });
  }

  warm = (): Promise<unknown> => this.ask({ ask: "warm" });
  lines = (from: number, to: number): Promise<Line[]> => this.ask({ ask: "lines", from, to });
  search = (query: string): Promise<SearchResult | null> => this.ask({ ask: "search", query });
}

async function startedWorker(index: LogIndex, texts: string[], firsts: number[]): Promise<Logs> {
  const worker = new LogWorker();
  const logs = new WorkerLogs(worker, index);
  const failed = new Promise<never>((_resolve, reject) => {
    worker.onerror = (event) => reject(new Error(event.message));
  });
  await Promise.race([logs.ask({ ask: "open", texts, firsts }), failed]);
  return logs;
}

export async function openLogs(parts: Parts): Promise<Logs | null> {
  const index = await parts.logIndex();
  if (!index || index.lines === 0) return null;
  const texts = index.parts.map((_part, place) => parts.text(`log-${place}`) ?? "");
  const firsts = index.parts.map(([first]) => first);
  try {
    return await startedWorker(index, texts, firsts);
  } catch {
    const store = new LogStore(texts, firsts);
    return {
      index,
      warm: () => store.warm(),
      lines: (from, to) => store.lines(from, to),
      search: (query) => store.search(query),
    };
  }
}
