/**
 * Finished answers by question, all of one state of the catalog: when that changes they are gone at
 * once, so nothing has to be invalidated. A question that many ask at the same time is answered once.
 */
import { LRUCache } from "lru-cache";
import type { CatalogState } from "../../events/catalog-clock.ts";
import type { Answer } from "./answer.ts";
import { KnownKeys } from "./known-keys.ts";

/** Bytes that an entry needs beside its key and its bodies: headers, objects, list links. */
const ENTRY_BYTES = 1_500;

/** What came of a question, and whether the next one may have the same. */
export interface Computed {
  answer: Answer;
  keep: boolean;
}

/** Makes an answer; ends early when `abort` does. */
export type Work = (abort: AbortController) => Promise<Computed>;

export interface Computing {
  result: Promise<Computed>;
  /** Whether somebody else had asked before. */
  joined: boolean;
  /** To be called when the client is gone before the result is there. */
  leave(): void;
}

interface Flight {
  result: Promise<Computed>;
  /** Clients that still want it; when the last one leaves, the work is ended. */
  waiting: number;
  abort: AbortController;
}

export interface AnswerStoreOptions {
  maxBytes: number;
  /** The state now, as far as it is known without asking. */
  current(): CatalogState | null;
}

export class AnswerStore {
  readonly #answers: LRUCache<string, Answer>;
  readonly #keys = new KnownKeys();
  readonly #flights = new Map<string, Flight>();
  readonly #current: () => CatalogState | null;
  #state: CatalogState | null = null;

  constructor({ maxBytes, current }: AnswerStoreOptions) {
    // One answer must not drive out all the others; and the cache takes no bound of 0.
    const maxEntrySize = Math.ceil(maxBytes / 8) || 1;
    this.#answers = new LRUCache({ maxSize: maxBytes || 1, maxEntrySize });
    this.#current = current;
  }

  /** Bytes and number of the answers held. */
  get size(): { bytes: number; answers: number } {
    return { bytes: this.#answers.calculatedSize, answers: this.#answers.size };
  }

  find(key: string, state: CatalogState): Answer | undefined {
    return this.#isAt(state) ? this.#answers.get(this.#keys.same(key)) : undefined;
  }

  /**
   * Joins whoever asks the same of the same state, or computes. What was computed is kept when the
   * catalog is still as it was before; a newer answer under an older state would be harmless, the
   * other way round would be a stale one.
   */
  compute(key: string, state: CatalogState, work: Work): Computing {
    const running = this.#isAt(state) ? this.#flights.get(key) : undefined;
    const flight = running ?? this.#start(key, state, work);
    flight.waiting++;
    return {
      result: flight.result,
      joined: running !== undefined,
      leave: () => {
        if (--flight.waiting > 0) return;
        if (this.#flights.get(key) === flight) this.#flights.delete(key);
        flight.abort.abort();
      },
    };
  }

  #start(key: string, state: CatalogState, work: Work): Flight {
    const abort = new AbortController();
    const result = work(abort)
      .then((computed) => {
        if (computed.keep && this.#current() === state) this.#keep(key, state, computed.answer);
        return computed;
      })
      .finally(() => {
        if (this.#flights.get(key) === flight) this.#flights.delete(key);
      });
    const flight: Flight = { result, waiting: 0, abort };
    if (state === this.#state) this.#flights.set(key, flight);
    return flight;
  }

  #keep(key: string, state: CatalogState, answer: Answer): void {
    if (state !== this.#state) return;
    const put = (bytes: number) =>
      this.#answers.set(key, answer, { size: bytes + 2 * key.length + ENTRY_BYTES });
    put(answer.bytes);
    this.#keys.note(key);
    answer.onGrown = (bytes) => {
      // It may have been dropped meanwhile, or belong to the past.
      if (this.#answers.peek(key) === answer) put(bytes);
    };
  }

  /** Goes over to a state that is the present one; a request that was overtaken finds nothing. */
  #isAt(state: CatalogState): boolean {
    if (state === this.#state) return true;
    const current = this.#current();
    if (current !== null && current !== state) return false;
    this.#state = state;
    this.#answers.clear();
    this.#keys.clear();
    this.#flights.clear();
    return true;
  }
}
