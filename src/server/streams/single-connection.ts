/**
 * Any number of subscriptions over one event stream (the "single connection mode" of GraphQL over SSE),
 * for clients behind HTTP/1.1, where a browser opens no more than six connections. A client reserves a
 * stream (PUT), opens it (GET) and then adds operations (POST) and ends them (DELETE); the token names
 * the stream. The protocol is small, and its well-known implementation for servers queues without
 * bound and never forgets a reservation; here a stream holds what `event-stream.ts` says.
 */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { ExecutionResult, GraphQLError } from "graphql";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { sendJson } from "../http/content.ts";
import { type EventStream, type EventStreams, message } from "./event-stream.ts";
import { asText, type Opener, type Results } from "./results.ts";
import type { Operation } from "./shared.ts";
import type { StreamExecutor } from "./socket-operation.ts";

export interface SingleConnectionOptions {
  streams: EventStreams;
  open: Opener;
  execute: StreamExecutor;
  mask: (error: unknown) => GraphQLError;
  /** Who a request comes from. */
  clientOf: (req: IncomingMessage) => string;
}

interface Connection {
  stream: EventStream | null;
  operations: Map<string, AbortController>;
}

const TOKEN_HEADER = "x-graphql-event-stream-token";
/** Reservations and streams of all clients together. */
const MOST_CONNECTIONS = 20_000;
const MOST_OPERATIONS = 100;
const LONGEST_ID = 200;
/** Seconds in which a reserved stream has to be opened. */
const RESERVED_SECONDS = 30;
/** Reservations of one client in that time, so that none takes the place of all. */
const MOST_RESERVATIONS = 1_000;

export class SingleConnections {
  readonly #options: SingleConnectionOptions;
  readonly #connections = new Map<string, Connection>();
  readonly #reservations = new RateLimiterMemory({
    points: MOST_RESERVATIONS,
    duration: RESERVED_SECONDS,
  });

  constructor(options: SingleConnectionOptions) {
    this.#options = options;
  }

  /** The token of a request that belongs to this mode. */
  static token(req: IncomingMessage, search: string): string | null {
    const header = req.headers[TOKEN_HEADER];
    return typeof header === "string" ? header : new URLSearchParams(search).get("token");
  }

  /** PUT: gives a token for a stream that is opened next. */
  async reserve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const mayReserve = await this.#reservations.consume(this.#options.clientOf(req)).then(
      () => true,
      () => false,
    );
    if (!mayReserve) {
      const most = `${MOST_RESERVATIONS} streams in ${RESERVED_SECONDS} s`;
      return void refuse(res, 429, "RATE_LIMITED", `One client reserves at most ${most}.`);
    }
    if (this.#connections.size >= MOST_CONNECTIONS) {
      const message = "There are too many streams. Try again later.";
      return void refuse(res, 503, "SERVICE_UNAVAILABLE", message);
    }
    const token = randomUUID();
    const connection: Connection = { stream: null, operations: new Map() };
    this.#connections.set(token, connection);
    setTimeout(() => {
      if (!connection.stream) this.#connections.delete(token);
    }, RESERVED_SECONDS * 1000).unref();
    res.writeHead(201, {
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
    });
    res.end(token);
  }

  /** GET: opens the stream that was reserved. */
  connect(res: ServerResponse, token: string): void {
    const connection = this.#connections.get(token);
    if (!connection) return void unknown(res);
    if (connection.stream)
      return void refuse(res, 409, "BAD_USER_INPUT", "The stream is open already.");
    const stream = this.#options.streams.open(res, (json) => farewell(json, connection));
    connection.stream = stream;
    stream.onGone = () => {
      this.#connections.delete(token);
      for (const operation of connection.operations.values()) operation.abort();
    };
  }

  /** POST: adds an operation, whose results go to the stream. */
  async add(res: ServerResponse, token: string, id: unknown, operation: Operation, type: string) {
    const connection = this.#connections.get(token);
    if (!connection?.stream) return void unknown(res);
    const { stream, operations } = connection;
    if (typeof id !== "string" || id === "" || id.length > LONGEST_ID) {
      const message = `\`extensions.operationId\` must be a text of 1 to ${LONGEST_ID} characters.`;
      return void refuse(res, 400, "BAD_USER_INPUT", message);
    }
    if (operations.has(id)) {
      return void refuse(res, 409, "BAD_USER_INPUT", "This operationId is in use on the stream.");
    }
    if (operations.size >= MOST_OPERATIONS) {
      const most = `One stream has at most ${MOST_OPERATIONS} operations.`;
      return void refuse(res, 429, "TOO_MANY_OPERATIONS", most);
    }
    const abort = new AbortController();
    operations.set(id, abort);
    const opened =
      type === "subscription"
        ? await this.#options.open(operation)
        : { results: once(this.#options.execute(operation, res.req)) };
    if ("refused" in opened) {
      operations.delete(id);
      return void sendJson(res, 400, opened.refused);
    }
    res.writeHead(202, { "cache-control": "no-store" }).end();
    run(stream, operations, id, abort, opened.results).catch((error: unknown) => {
      if (abort.signal.aborted) return;
      operations.delete(id);
      const json = JSON.stringify({ errors: [this.#options.mask(error)] });
      stream.send(lastWords(id, json));
    });
  }

  /** DELETE: ends an operation. */
  remove(res: ServerResponse, token: string, id: string | null): void {
    const connection = this.#connections.get(token);
    if (!connection) return void unknown(res);
    const operation = connection.operations.get(id ?? "");
    if (!operation) return void refuse(res, 404, "BAD_USER_INPUT", "There is no such operation.");
    operation.abort();
    connection.operations.delete(id ?? "");
    res.writeHead(200, { "cache-control": "no-store" }).end();
  }
}

async function run(
  stream: EventStream,
  operations: Connection["operations"],
  id: string,
  abort: AbortController,
  results: Results,
): Promise<void> {
  for await (const { json } of results(abort.signal)) {
    if (abort.signal.aborted) return;
    if (!stream.send(message("next", payload(id, json))) && !(await stream.drained())) return;
  }
  if (abort.signal.aborted) return;
  operations.delete(id);
  stream.send(message("complete", JSON.stringify({ id })));
}

const payload = (id: string, json: string) => `{"id":${JSON.stringify(id)},"payload":${json}}`;

/** Ends every operation of a connection with the same words. */
function farewell(json: string, { operations }: Connection): string {
  return [...operations.keys()].map((id) => lastWords(id, json)).join("");
}

/** Ends one operation with an answer that says why. */
const lastWords = (id: string, json: string) =>
  message("next", payload(id, json)) + message("complete", JSON.stringify({ id }));

function once(result: Promise<ExecutionResult>): Results {
  return async function* () {
    yield asText(await result);
  };
}

function unknown(res: ServerResponse): void {
  refuse(
    res,
    404,
    "BAD_USER_INPUT",
    "There is no open stream of this token. Reserve one by PUT and open it by GET.",
  );
}

function refuse(res: ServerResponse, status: number, code: string, message: string): void {
  sendJson(res, status, { errors: [{ message, extensions: { code } }] });
}
