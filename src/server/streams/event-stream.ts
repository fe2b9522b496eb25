/**
 * Writing server-sent events to many clients. Each stream holds at most what Node buffers plus one
 * message: the next is made only when the client has taken the last. A client that takes nothing for
 * too long while there is something to tell is cut, with a code that says why; it can come back with
 * the number of the last event it saw.
 */
import type { ServerResponse } from "node:http";
import { DATA_HEADERS } from "../http/headers.ts";

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
  ...DATA_HEADERS,
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

export const COMPLETE = message("complete", "");

/** The last text of a stream that the server ends, around an answer that says why. */
type Farewell = (json: string) => string;

/** One open answer. */
export class EventStream {
  readonly #res: ServerResponse;
  readonly #limits: StreamLimits;
  readonly #farewell: Farewell;
  /** Called once, when nothing can be sent any more. */
  onGone: (() => void) | null = null;
  /** True when nothing can be sent any more. */
  ended = false;

  constructor(res: ServerResponse, limits: StreamLimits, farewell: Farewell) {
    this.#res = res;
    this.#limits = limits;
    this.#farewell = farewell;
    res.writeHead(200, HEADERS);
    // Some clients do not take the headers for an answer before there is something behind them.
    res.write(COMMENT);
    res.once("close", () => this.#close());
  }

  /** Sends on; false when the next has to wait until this is taken, see `drained`. */
  send(text: string | Buffer): boolean {
    return !this.ended && this.#res.write(text);
  }

  /** Resolves when the client has taken what it was sent; false when it is gone or was cut. */
  async drained(): Promise<boolean> {
    if (this.ended || !this.#res.writableNeedDrain) return !this.ended;
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#res.off("drain", done).off("close", done);
        resolve(!this.ended);
      };
      const cut = () => {
        this.stop(SLOW_CONSUMER);
        done();
      };
      const timer = setTimeout(cut, this.#limits.slowMs);
      this.#res.once("drain", done).once("close", done);
    });
  }

  /** Sends a last text and ends. */
  end(text: string): void {
    if (this.ended) return;
    this.#close();
    this.#res.end(text);
    const late = setTimeout(() => this.#res.destroy(), this.#limits.farewellMs).unref();
    this.#res.once("close", () => clearTimeout(late));
  }

  /** Ends with an answer that says why. */
  stop(json: string): void {
    this.end(this.#farewell(json));
  }

  keepAlive(): void {
    if (!this.#res.writableNeedDrain) this.send(COMMENT);
  }

  #close(): void {
    if (this.ended) return;
    this.ended = true;
    this.onGone?.();
  }
}

/** Opens streams, keeps all of them alive by one timer, and ends them when the process stops. */
export class EventStreams {
  readonly #open = new Set<EventStream>();
  readonly #limits: StreamLimits;
  #stopping = false;

  constructor(shutdown: AbortSignal, limits: Partial<StreamLimits> = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    const keepAlive = () => {
      for (const stream of this.#open) stream.keepAlive();
    };
    const timer = setInterval(keepAlive, this.#limits.keepAliveMs).unref();
    shutdown.addEventListener("abort", () => {
      clearInterval(timer);
      this.#stopping = true;
      for (const stream of this.#open) stream.stop(STOPPING);
    });
  }

  /** Streams that are open now. */
  get size(): number {
    return this.#open.size;
  }

  /** Answers with an event stream. */
  open(res: ServerResponse, farewell: Farewell): EventStream {
    const stream = new EventStream(res, this.#limits, farewell);
    this.#open.add(stream);
    res.once("close", () => this.#open.delete(stream));
    if (this.#stopping) stream.stop(STOPPING);
    return stream;
  }
}
