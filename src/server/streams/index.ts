/**
 * The transports of subscriptions: server-sent events on a connection each or on one for many, and
 * WebSocket. Documents are parsed, validated and limited as everywhere; what they are about is opened
 * in `results.ts`.
 */
import { type IncomingMessage, ServerResponse } from "node:http";
import { GraphQLError } from "graphql";
import type { Log } from "../../log.ts";
import { operationType } from "../graphql/documents.ts";
import { MAX_BODY_BYTES } from "../graphql/limits.ts";
import { type Params, paramsOfBody, paramsOfSearch } from "../graphql/params.ts";
import type { Execute } from "../graphql/run.ts";
import { namesVersion } from "../graphql/versions.ts";
import { readBody } from "../http/body.ts";
import { clientAddress } from "../http/client-address.ts";
import { sendJson } from "../http/content.ts";
import { complaintsAbout, refusalError } from "./complaints.ts";
import { createStreamSender } from "./distinct.ts";
import { EventStreams, type StreamLimits } from "./event-stream.ts";
import { createOpener } from "./results.ts";
import type { SharerOptions } from "./shared.ts";
import { SingleConnections } from "./single-connection.ts";
import type { DocumentFinder, StreamExecutor } from "./socket-operation.ts";
import { acceptSockets, type Sockets } from "./websocket.ts";

export interface StreamsOptions extends SharerOptions {
  execute: Execute;
  shutdown: AbortSignal;
  /** The document of a request, valid or refused; null when something is wrong with its text. */
  known: DocumentFinder;
  log: Log;
  /** Asked first; false when it has answered the request itself, with a refusal. */
  admit?: ((req: IncomingMessage, res: ServerResponse) => boolean | Promise<boolean>) | undefined;
  /** Told what each query or mutation costs that is run for a client. */
  charge?: ((req: IncomingMessage, cost: number) => void) | undefined;
  limits?: Partial<StreamLimits> | undefined;
  /** Proxies in front whose word on a client's address is taken; none unless given. */
  trustedProxies?: number | undefined;
}

export interface Streams {
  /** Whether a request asks for an event stream, if its operation is a subscription. */
  wanted(req: IncomingMessage): boolean;
  /** Answers such a request; false when its operation is none. */
  answer(req: IncomingMessage, res: ServerResponse, params: Params): Promise<boolean>;
  /** Answers a request to the path of single connections. */
  single(req: IncomingMessage, res: ServerResponse, search: string): Promise<void>;
  upgrade: Sockets["upgrade"];
  /** Event streams and WebSocket connections that are open now. */
  readonly size: number;
}

export function createStreams(options: StreamsOptions): Streams {
  const { yoga, mask, shutdown, known, limits } = options;
  const streams = new EventStreams(shutdown, limits);
  const open = createOpener(options);
  const send = createStreamSender({ streams, open, mask });
  const run: StreamExecutor = ({ document, ...params }, req) => {
    const charge = (cost: number) => options.charge?.(req, cost);
    // Nothing is waited for here, so who names a version is answered by the primary, which has all.
    const fromPrimary = namesVersion(req);
    return options.execute(document, params, { abort: new AbortController(), charge, fromPrimary });
  };
  const clientOf = (req: IncomingMessage) => clientAddress(req, options.trustedProxies ?? 0);
  const single = new SingleConnections({ streams, open, execute: run, mask, clientOf });
  const { admit } = options;
  const sockets = acceptSockets({
    ...options,
    open,
    execute: run,
    // A refusal has no answer to be written to; the message says it.
    admit: admit && ((req) => admit(req, new ServerResponse(req))),
  });

  async function answer(req: IncomingMessage, res: ServerResponse, params: Params) {
    const document = known(params);
    const { variables, operationName } = params;
    // What is refused is said by whoever answers everything else.
    if (!document || "status" in document) return false;
    if (operationType(document, operationName) !== "subscription") return false;
    return send(req, res, { document: document.document, variables, operationName });
  }

  /** Adds an operation to a stream. */
  async function add(req: IncomingMessage, res: ServerResponse, token: string): Promise<void> {
    const body = await readBody(req, MAX_BODY_BYTES);
    const params = body && paramsOfBody(body);
    const document = params && known(params);
    const { variables, operationName, extensions } = params ?? {};
    if (document && "status" in document) {
      return sendJson(res, document.status, { errors: [refusalError(document)] });
    }
    const type = document && operationType(document, operationName);
    if (!type) return sendJson(res, 400, { errors: complaints(params) });
    const operation = { document: document.document, variables, operationName };
    return single.add(res, token, extensions?.operationId, operation, type);
  }

  function complaints(params: Params | null): GraphQLError[] {
    const found = params?.query ? complaintsAbout(params.query, yoga, mask) : [];
    if (found.length > 0) return found;
    const message = "The body has to be JSON with a `query` and the name of one of its operations.";
    return [new GraphQLError(message, { extensions: { code: "BAD_USER_INPUT" } })];
  }

  return {
    wanted: (req) => req.headers.accept?.includes("text/event-stream") ?? false,
    answer,
    upgrade: sockets.upgrade,
    get size() {
      return streams.size + sockets.size;
    },
    async single(req, res, search) {
      if (admit && !(await admit(req, res))) return;
      const token = SingleConnections.token(req, search);
      if (req.method === "PUT") return single.reserve(req, res);
      if (token === null) {
        const params = req.method === "GET" ? paramsOfSearch(search) : null;
        if (params && (await answer(req, res, params))) return;
        const message = "Name a stream by its token; PUT reserves one.";
        return sendJson(res, 404, {
          errors: [{ message, extensions: { code: "BAD_USER_INPUT" } }],
        });
      }
      if (req.method === "GET") return single.connect(res, token);
      if (req.method === "POST") return add(req, res, token);
      return single.remove(res, token, new URLSearchParams(search).get("operationId"));
    },
  };
}
