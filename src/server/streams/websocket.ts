/**
 * GraphQL over WebSocket (`graphql-transport-ws`) on the same path as everything else. Documents go
 * through the same pipeline as by HTTP. A message is made only when the one before has left this
 * process; a client that takes nothing for too long is closed with a code of its own. Any origin may
 * connect, as by HTTP: there are no cookies to be abused.
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { GraphQLError } from "graphql";
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, handleProtocols, makeServer } from "graphql-ws";
import { type WebSocket, WebSocketServer } from "ws";
import { isTooDeep, messageOf } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { MAX_BODY_BYTES } from "../graphql/limits.ts";
import { DEFAULT_LIMITS, type StreamLimits } from "./event-stream.ts";
import { type OperationOptions, type Prepared, prepare } from "./socket-operation.ts";

export interface SocketOptions extends OperationOptions {
  shutdown: AbortSignal;
  log: Log;
  /** Whether a client may ask once more. */
  admit?: ((req: IncomingMessage) => boolean | Promise<boolean>) | undefined;
  limits?: Partial<StreamLimits> | undefined;
}

export interface Sockets {
  /** Takes a request for an upgrade. */
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Connections that are open now. */
  readonly size: number;
}

/** Close code of a client that takes nothing; its library connects again by itself. */
export const SLOW_CONSUMER_CLOSE = 4508;
/** "Service restart": clients connect again, elsewhere. */
const STOPPING_CLOSE = 1012;
const INTERNAL_ERROR_CLOSE = 1011;
/** Of the protocol: a message that it does not allow. */
const INVALID_CLOSE = 4400;

interface Extra {
  request: IncomingMessage;
}

const RATE_LIMITED = new GraphQLError("This client has had its share for now. Try again later.", {
  extensions: { code: "RATE_LIMITED", retryable: true },
});

/** Milliseconds in which a client has to introduce itself. */
const INIT_MS = 10_000;
const MOST_OPERATIONS = 100;
/** Bytes of answers that a client may leave unread; as long as it has more, nothing is read from it. */
const MOST_UNREAD_BYTES = 1024 * 1024;
/**
 * After a longer message nothing is read for a while: few are sent, and a flood of them slows everybody.
 * What came in the same piece of the connection, 64 kB at most, is taken all the same.
 */
const LONG_MESSAGE_BYTES = 16 * 1024;
const REST_MS = 50;

/** Makes what accepts WebSocket connections. */
export function acceptSockets(options: SocketOptions): Sockets {
  const { shutdown, log } = options;
  const { slowMs, keepAliveMs, farewellMs } = { ...DEFAULT_LIMITS, ...options.limits };
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols,
    maxPayload: MAX_BODY_BYTES,
    perMessageDeflate: false, // some 300 KB for each connection
  });
  const server = makeServer<Record<string, unknown>, Extra>({
    connectionInitWaitTimeout: INIT_MS,
    async onSubscribe({ subscriptions, extra }, _id, payload) {
      // The new one is among them already.
      if (Object.keys(subscriptions).length > MOST_OPERATIONS) {
        const message = `One connection has at most ${MOST_OPERATIONS} operations.`;
        return [new GraphQLError(message, { extensions: { code: "TOO_MANY_OPERATIONS" } })];
      }
      const admitted = (await options.admit?.(extra.request)) ?? true;
      return admitted ? prepare(options, payload, extra.request) : [RATE_LIMITED];
    },
    execute: (args) => (args as unknown as Prepared).run(),
    subscribe: (args) => (args as unknown as Prepared).run(),
  });

  const resting = new WeakSet<WebSocket>();

  function rest(socket: WebSocket): void {
    resting.add(socket);
    socket.pause();
    setTimeout(() => {
      resting.delete(socket);
      readOn(socket);
    }, REST_MS).unref();
  }

  function readOn(socket: WebSocket): void {
    const mayRead = !resting.has(socket) && socket.bufferedAmount < MOST_UNREAD_BYTES;
    if (socket.isPaused && mayRead) socket.resume();
  }

  sockets.on("connection", (socket: WebSocket, request: IncomingMessage) => {
    socket.on("error", (error) => log.debug({ error: messageOf(error) }, "a WebSocket failed"));
    const closed = server.opened(
      {
        protocol: socket.protocol,
        send: (text) => sendWithin(socket, text),
        close: (code, reason) => closeSoon(socket, code ?? INTERNAL_ERROR_CLOSE, reason ?? ""),
        onMessage: (take) =>
          socket.on("message", (data) => {
            // What was sent before the client took note of the goodbye is not read any more.
            if (socket.readyState !== socket.OPEN) return;
            if ((data as Buffer).length > LONG_MESSAGE_BYTES) rest(socket);
            take(String(data)).catch((err: unknown) => {
              if (isOutOfPlace(err)) return closeSoon(socket, INVALID_CLOSE, "Invalid message");
              log.error({ err }, "a WebSocket message failed");
              closeSoon(socket, INTERNAL_ERROR_CLOSE, "Unexpected error");
            });
          }),
      },
      { request },
    );
    socket.once("close", (code, reason) => void closed(code, String(reason)));
  });

  /** Resolves when the text has left this process; a client that does not take it in time is cut. */
  function sendWithin(socket: WebSocket, text: string): Promise<void> {
    return new Promise((resolve) => {
      if (socket.readyState !== socket.OPEN) return resolve();
      const late = setTimeout(closeSoon, slowMs, socket, SLOW_CONSUMER_CLOSE, "SLOW_CONSUMER");
      socket.send(text, () => {
        clearTimeout(late);
        readOn(socket);
        resolve();
      });
      if (socket.bufferedAmount >= MOST_UNREAD_BYTES) socket.pause();
    });
  }

  /** A client that takes nothing does not take the goodbye either, so it is not waited for long. */
  function closeSoon(socket: WebSocket, code: number, reason: string): void {
    if (socket.readyState !== socket.OPEN) return;
    socket.close(code, reason);
    const late = setTimeout(() => socket.terminate(), farewellMs).unref();
    socket.once("close", () => clearTimeout(late));
  }

  const stopKeepingAlive = keepAlive(sockets, keepAliveMs);
  shutdown.addEventListener("abort", () => {
    stopKeepingAlive();
    for (const socket of sockets.clients) closeSoon(socket, STOPPING_CLOSE, "Restarting");
    sockets.close();
  });

  function upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void {
    const offered = req.headers["sec-websocket-protocol"]?.split(",").map((name) => name.trim());
    if (!offered?.includes(GRAPHQL_TRANSPORT_WS_PROTOCOL)) {
      const reason = `The subprotocol has to be ${GRAPHQL_TRANSPORT_WS_PROTOCOL}.\n`;
      return void refuseUpgrade(socket, "400 Bad Request", reason);
    }
    if (shutdown.aborted)
      return void refuseUpgrade(socket, "503 Service Unavailable", "Stopping.\n");
    sockets.handleUpgrade(req, socket, head, (opened) => sockets.emit("connection", opened, req));
  }

  return {
    upgrade,
    get size() {
      return sockets.clients.size;
    },
  };
}

/**
 * A message that only servers send, or one too deep to be written back; the library throws both as if
 * they were faults of this program.
 */
function isOutOfPlace(error: unknown): boolean {
  return isTooDeep(error) || messageOf(error).startsWith("Unexpected message of type");
}

/** Answers a request for an upgrade that is not granted, and hangs up. */
export function refuseUpgrade(socket: Duplex, status: string, reason: string): void {
  const length = Buffer.byteLength(reason);
  socket.on("error", () => {});
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${reason}`,
  );
}

/** Pings every client; one that did not answer the last ping is gone. Gives the function to stop. */
function keepAlive(sockets: WebSocketServer, everyMs: number): () => void {
  const unanswered = new WeakSet<WebSocket>();
  const timer = setInterval(() => {
    for (const socket of sockets.clients) {
      // One that still has to take something is timed by what it was sent.
      if (socket.bufferedAmount > 0) continue;
      if (unanswered.has(socket)) {
        socket.terminate();
        continue;
      }
      unanswered.add(socket);
      socket.once("pong", () => unanswered.delete(socket));
      socket.ping();
    }
  }, everyMs).unref();
  return () => clearInterval(timer);
}
