/**
 * Writing server-sent events to many clients. Each stream holds at most what Node buffers plus one
 * message: the next is made only when the client has taken the last. A client that takes nothing for
 * too long while there is something to tell is cut, with a code that says why; it can come back with
 * the number of the last event it saw.
 */
import type { ServerResponse } from "node:http";
import { COMMON_HEADERS } from "../http/headers.ts";

export interface StreamLimits {
  /** Milliseconds in which a client has to take something of what waits for it. */
  slowMs: number;
  keepAliveMs: number;
  /** Milliseconds that a client which was cut gets to take its last message. */
  farewellMs: number;
}

export const DEFAULT_LIMITS: StreamLimits = {
  slowMs: 15_000,
  // Shorter than the idle time-out of any common proxy.
  keepAliveMs: 12_000,
  farewellMs: 5_000,
};

const COMMENT = Buffer.from(":\n\n");
const HEADERS = [
  ...COMMON_HEADERS,
  ...["content-type", "text/event-stream; charset=utf-8"],
  // Proxies must neither keep nor compress nor collect it.
  ...["cache-control", "no-cache, no-transform", "x-accel-buffering", "no", "vary", "Accept"],
];

/** One message of the GraphQL-over-SSE protocol. */
export function message(event: "next" | "complete", data: string, id?: number): string {
  const line = id === undefined ? "" : `id: ${id}\n`;
  return `event: ${event}\n${line}data: ${data}\n\n`;
}

/** An answer without data, for what the server itself has to say. */
export function errorJson(code: string, text: string): string {
  return JSON.stringify({ errors: [{ message: text, extensions: { code, retryable: true } }] });
}

export const SLOW_CONSUMER = errorJson(
  "SLOW_CONSUMER",
  "This client does not take what it is sent. Subscribe again, after the last event you saw.",
);
export const STOPPING = errorJson(
  "SERVICE_UNAVAILABLE",
  "This server is stopping. Subscribe again, after the last event you saw.",
);

export interface EventStream {
  /** Aborted when nothing can be sent any more. */
  readonly gone: AbortSignal;
  /** Sends text; false or a promise of it when the client is gone, otherwise send on. */
  send(text: string | Buffer): boolean | Promise<boolean>;
  /** Sends a last text and ends. */
  end(text: string): void;
}

/** The last text of a stream that the server ends, around an answer that says why. */
type Farewell = (json: string) => string;

/** Opens streams, keeps all of them alive by one timer, and ends them when the process stops. */
export class EventStreams {
  readonly #open = new Map<ServerResponse, () => void>();
  readonly #limits: StreamLimits;
  #stopping = false;

  constructor(shutdown: AbortSignal, limits: Partial<StreamLimits> = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    const timer = setInterval(() => this.#keepAlive(), this.#limits.keepAliveMs).unref();
    shutdown.addEventListener("abort", () => {
      clearInterval(timer);
      this.#stopping = true;
      for (const stop of this.#open.values()) stop();
    });
  }

  /** Streams that are open now. */
  get size(): number {
    return this.#open.size;
  }

  /** Answers with an event stream. */
  open(res: ServerResponse, farewell: Farewell): EventStream {
    const gone = new AbortController();
    res.writeHead(200, HEADERS);
    // Some clients do not take the headers for an answer before there is something behind them.
    res.write(COMMENT);
    const end = (text: string) => {
      if (gone.signal.aborted) return;
      this.#open.delete(res);
      gone.abort();
      res.end(text);
      const late = setTimeout(() => res.destroy(), this.#limits.farewellMs).unref();
      res.once("close", () => clearTimeout(late));
    };
    this.#open.set(res, () => end(farewell(STOPPING)));
    res.once("close", () => {
      this.#open.delete(res);
      gone.abort();
    });
    if (this.#stopping) end(farewell(STOPPING));
    return {
      gone: gone.signal,
      send: (text) => {
        if (gone.signal.aborted) return false;
        return res.write(text) || this.#taken(res, gone.signal, () => end(farewell(SLOW_CONSUMER)));
      },
      end,
    };
  }

  /** Resolves when the client has taken what was sent; false when it is gone or was cut. */
  #taken(res: ServerResponse, gone: AbortSignal, cut: () => void): Promise<boolean> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        res.off("drain", done);
        gone.removeEventListener("abort", done);
        resolve(!gone.aborted);
      };
      const timer = setTimeout(cut, this.#limits.slowMs);
      res.once("drain", done);
      gone.addEventListener("abort", done);
    });
  }

  #keepAlive(): void {
    for (const res of this.#open.keys()) if (!res.writableNeedDrain) res.write(COMMENT);
  }
}
