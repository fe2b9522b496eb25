/**
 * The listening socket: its time limits, and an end in good order. The limits are on receiving a
 * request and on taking its answer, so a slow client is cut and a subscription is not.
 */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { PlimsollError } from "../../errors.ts";

export interface ListenerLimits extends ServerOptions {
  /** Milliseconds in which something has to be read or written while an answer is due. */
  stillTimeout?: number;
}

export const LIMITS: ListenerLimits = {
  /** Milliseconds for all the headers to arrive. */
  headersTimeout: 10_000,
  /** Milliseconds for the whole request to arrive. */
  requestTimeout: 30_000,
  /** Longer than the 60 s of common load balancers, which must be the ones to hang up. */
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 2_000,
  /**
   * A client that leaves a long answer untouched holds its file. Longer than any answer takes to be made;
   * streams say something more often, and have closer limits of their own.
   */
  stillTimeout: 120_000,
  /** Room for a long document in the URL of a GET. */
  maxHeaderSize: 32 * 1024,
};

export interface Listener {
  port: number;
  /** Stops accepting, waits for open answers up to `graceMs`, then cuts what is left. */
  close(graceMs: number): Promise<void>;
}

export async function listen(
  host: string,
  port: number,
  handle: RequestListener,
  limits: ListenerLimits = LIMITS,
  upgrade?: (req: IncomingMessage, socket: Duplex, head: Buffer) => void,
): Promise<Listener> {
  let open = 0;
  let onDrained: (() => void) | undefined; // set while closing
  function closed(this: ServerResponse): void {
    open--;
    if (!onDrained) return;
    this.req.socket.end();
    if (open === 0) onDrained();
  }
  const server = createServer(limits, (req, res) => {
    open++;
    res.on("close", closed);
    if (onDrained) res.setHeader("connection", "close");
    handle(req, res);
  });
  server.timeout = limits.stillTimeout ?? 0;
  if (upgrade) server.on("upgrade", upgrade);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(explain(error, host, port)));
    server.listen({ host, port }, resolve);
  });

  return {
    port: (server.address() as AddressInfo).port,
    async close(graceMs) {
      const ended = new Promise<void>((resolve) => server.close(() => resolve()));
      await new Promise<void>((resolve) => {
        onDrained = resolve;
        setTimeout(resolve, graceMs).unref();
        if (open === 0) resolve();
      });
      // What is left asks nothing or has had its time.
      server.closeAllConnections();
      await ended;
    },
  };
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === "EADDRINUSE") {
    const message = `Port ${port} on ${host} is in use by another program. Set PORT to a free one.`;
    return new PlimsollError("BAD_CONFIGURATION", message, { cause: error });
  }
  if (error.code === "EACCES" || error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND") {
    const message = `Cannot listen on ${host}, port ${port} (${error.code}). Check HOST and PORT.`;
    return new PlimsollError("BAD_CONFIGURATION", message, { cause: error });
  }
  return error;
}
