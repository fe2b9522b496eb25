/**
 * The state of the catalog as this process knows it, so that a question about it costs no query. Each
 * commit is heard of through LISTEN; a look at the database every second makes sure that nothing was
 * missed, and is made by the questions themselves, so that an idle process asks nothing. What was not
 * confirmed for two seconds, or may have been missed, is not trusted: the database is asked instead.
 */
import { PlimsollError } from "../errors.ts";
import { within } from "../within.ts";

export interface CatalogState {
  /** Number of the newest event. */
  readonly version: number;
  /** Goes up with every write that a reader could see, told in an event or not. */
  readonly writes: number;
  /** Which log the numbers belong to. */
  readonly logId: string;
  /** Differs whenever any of the three does. */
  readonly stamp: string;
}

/** What readers of the clock see. */
export interface CatalogClock {
  /** The state, or null when it is not surely known. The same object until the catalog changes. */
  peek(): CatalogState | null;
  /** The same, from the database where it is not known; rejects when that does not answer in two seconds. */
  now(): Promise<CatalogState>;
  /**
   * The state once it has reached a version, which may take a moment in another process.
   * @throws PlimsollError `VERSION_NOT_REACHED` after two seconds.
   */
  atLeast(version: number): Promise<CatalogState>;
}

/** What the feed, which hears the notifications, tells the clock. */
export interface CatalogClockSetter extends CatalogClock {
  /** A notification said this. */
  heard(state: CatalogState): void;
  /** LISTEN works from now on; what came before it may have been missed. */
  listening(): void;
  /** LISTEN is known to be broken. */
  deaf(): void;
  /** Something was written that no notification has told yet. */
  doubt(): void;
  /**
   * Questions are answered by other databases from now on, and one of them may be behind. What was
   * answered in between belongs to no state, so the state is another object even if it is the same.
   */
  readersChanged(): void;
}

/** Milliseconds after which a known state is confirmed in the background. */
const RENEW_MS = 1_000;
/** Milliseconds after which it is not believed any more. */
const TRUST_MS = 2_000;
/** Milliseconds that `atLeast` waits. */
const WAIT_MS = 2_000;
/** Milliseconds for one look: a database without a free connection does not even refuse. */
const READ_MS = 2_000;
/** Milliseconds between its looks. */
const LOOK_MS = 50;

export function catalogState(version: number, writes: number, logId: string): CatalogState {
  return { version, writes, logId, stamp: `${logId}.${version}.${writes}` };
}

export interface ClockOptions {
  /**
   * Whether what is read lags behind what notifications tell, as replicas do. Then a notification only
   * says what to wait for: the clock shows no state that those who answer have not reached.
   */
  lagging?: boolean;
}

/** Makes a clock that reads the database with `read` where it must. */
export function createCatalogClock(
  read: () => Promise<CatalogState>,
  { lagging = false }: ClockOptions = {},
): CatalogClockSetter {
  let known: CatalogState | null = null;
  let confirmedAt = Number.NEGATIVE_INFINITY;
  let hearing = false;
  let awaited: CatalogState | null = null;
  let changes = 0;
  let doubts = 0;
  let reading: { since: number; state: Promise<CatalogState> } | null = null;

  function adopt(state: CatalogState): void {
    if (state.stamp === known?.stamp) return;
    known = state;
    changes++;
  }

  async function look(): Promise<CatalogState> {
    const [changesBefore, doubtsBefore, startedAt] = [changes, doubts, performance.now()];
    const state = await read();
    // A notification may have overtaken the answer; a restored database may be behind the old one.
    if (changes === changesBefore || isNewer(state, known)) adopt(state);
    const arrived = awaited === null || !isNewer(awaited, state);
    if (arrived && doubts === doubtsBefore) confirmedAt = Math.max(confirmedAt, startedAt);
    return known!;
  }

  /** One look serves everybody who asks while it is made, unless a doubt came up after it began. */
  function ask(): Promise<CatalogState> {
    if (reading?.since === doubts) return reading.state;
    const mine = { since: doubts, state: look() };
    reading = mine;
    const done = () => {
      if (reading === mine) reading = null;
    };
    mine.state.then(done, done);
    return mine.state;
  }

  function peek(): CatalogState | null {
    if (!hearing) return null;
    const age = performance.now() - confirmedAt;
    if (age >= TRUST_MS) return null;
    if (age >= RENEW_MS) ask().catch(() => {}); // the next question sees whether it worked
    return known;
  }

  async function now(): Promise<CatalogState> {
    return peek() ?? answered(ask());
  }

  function doubt(): void {
    doubts++;
    confirmedAt = Number.NEGATIVE_INFINITY;
  }

  return {
    peek,
    now,
    async atLeast(version) {
      const first = await now();
      if (first.version >= version) return first;
      const end = performance.now() + WAIT_MS;
      for (;;) {
        const state = await answered(ask());
        if (state.version >= version) return state;
        if (performance.now() >= end) throw behind(version, state.version);
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
    },
    heard(state) {
      if (known && !isNewer(state, known)) return;
      if (lagging) {
        awaited = state;
        return doubt();
      }
      adopt(state);
      // A doubt is about something later than what this tells; only a look ends it.
      if (confirmedAt > Number.NEGATIVE_INFINITY) confirmedAt = performance.now();
    },
    listening() {
      hearing = true;
      awaited = null;
      doubt();
    },
    deaf() {
      hearing = false;
    },
    doubt,
    readersChanged() {
      if (known) known = { ...known };
      doubt();
    },
  };
}

function answered(look: Promise<CatalogState>): Promise<CatalogState> {
  const message = "The database did not answer in time. Try again.";
  const late = new PlimsollError("DATABASE_UNAVAILABLE", message, { retryable: true });
  return within(look, READ_MS, late);
}

/** Of one log the higher count of writes is the newer; another log replaces the old. */
function isNewer(state: CatalogState, known: CatalogState | null): boolean {
  return !known || state.logId !== known.logId || state.writes > known.writes;
}

function behind(asked: number, reached: number): PlimsollError {
  const message = `Version ${asked} of the catalog has not arrived here; this server is at ${reached}.`;
  return new PlimsollError("VERSION_NOT_REACHED", message, {
    retryable: true,
    details: { asked, reached },
  });
}
