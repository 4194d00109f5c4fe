// The time that is looked at: one for all plots of a test. Plots listen, so that moving it draws the
// cross hair alone.
import { useEffect, useState } from "preact/hooks";

export class Cursor {
  private place: number | null = null;
  private readonly listeners = new Set<() => void>();

  get(): number | null {
    return this.place;
  }

  set(place: number | null): void {
    if (place === this.place) return;
    this.place = place;
    for (const listener of this.listeners) listener();
  }

  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

// The place in the columns that is looked at; null where none is.
export function usePlace(cursor: Cursor): number | null {
  const [place, setPlace] = useState(cursor.get());
  useEffect(() => cursor.listen(() => setPlace(cursor.get())), [cursor]);
  return place;
}
