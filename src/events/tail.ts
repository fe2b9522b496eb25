/**
 * The newest events of the log, read once for a whole process however many subscribers it has. It only
 * ever grows at its end, in the order of numbers, and holds a bounded part: who is further behind reads
 * the log itself until it has caught up with this part.
 */
import type { CatalogEvent } from "./filter.ts";

/** Events kept in memory; a batch of the ingester is at most a few hundred. */
const KEPT = 1_000;

export class Tail {
  #newest: number;
  #replacedThrough = 0;
  #events: CatalogEvent[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(newest: number) {
    this.#newest = newest;
  }

  /** Number of the newest event that was read. */
  get newest(): number {
    return this.#newest;
  }

  /** Positions above the newest event and up to this number belong to a log that was replaced. */
  get replacedThrough(): number {
    return this.#replacedThrough;
  }

  /** Takes the next events in and wakes who waits for them; they must follow the newest. */
  append(events: CatalogEvent[]): void {
    const last = events.at(-1);
    if (!last) return;
    this.#events.push(...events);
    if (this.#events.length > KEPT) this.#events = this.#events.slice(-KEPT);
    this.#newest = last.number;
    this.wake();
  }

  /** Begins anew at a number, with nothing kept. */
  restart(newest: number): void {
    this.#events = [];
    this.#replacedThrough = this.#newest;
    this.#newest = newest;
    this.wake();
  }

  /** The events after a number; undefined when some of them are no longer kept. */
  after(number: number): CatalogEvent[] | undefined {
    if (number >= this.#newest) return [];
    const first = this.#events[0];
    if (!first || number < first.number - 1) return undefined;
    // Numbers have no gaps, so the place of an event follows from its number.
    return this.#events.slice(number - first.number + 1);
  }

  /** Wakes everybody who waits. */
  wake(): void {
    const woken = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of woken) wake();
  }

  /** Resolves when there may be something new, or when the reader leaves. */
  change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#waiting.delete(done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener("abort", done);
    });
  }
}
