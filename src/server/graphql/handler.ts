/**
 * The GraphQL endpoint. A question that was answered before at this state of the catalog is answered
 * from the store by a few look-ups, without reading its document. Any other ordinary question runs
 * through the GraphQL server's pipeline and is kept. What is not ordinary (streams, mutations, forms,
 * malformed requests) goes through the GraphQL server's own HTTP handling.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { GraphQLSchema } from "graphql";
import type { Database } from "../../db/client.ts";
import type { SchemaContext } from "../../schema/context.ts";
import { createCostMeter } from "../../schema/cost.ts";
import { readBody } from "../http/body.ts";
import { setCommonHeaders } from "../http/headers.ts";
import type { StreamLimits } from "../streams/event-stream.ts";
import { createStreams, type Streams } from "../streams/index.ts";
import { createAnswering, isRefusal, type OnAnswer, whenGone } from "./answering.ts";
import { createDocuments } from "./documents.ts";
import { createErrorMask } from "./errors.ts";
import { MAX_BODY_BYTES } from "./limits.ts";
import { answerType, isJson } from "./media.ts";
import { paramsOfBody, paramsOfSearch } from "./params.ts";
import { createPersistedDocuments, type PersistedOptions } from "./persisted.ts";
import { askedByBody, askedByUrl, keyOfUrl } from "./question.ts";
import { type Refusal, refuse } from "./refusal.ts";
import { createExecute } from "./run.ts";
import { createTagger } from "./tags.ts";
import { namesVersion, stateFor } from "./versions.ts";
import { createGraphqlServer } from "./yoga.ts";

export const GRAPHQL_PATH = "/graphql";

export interface GraphqlOptions extends Omit<SchemaContext, "isAdmin">, Partial<PersistedOptions> {
  schema: GraphQLSchema;
  /** Which database a question is answered from, where that is not always `db`. */
  readFrom?: () => Database;
  /** Names the running code, so that a new release never confirms an answer of an old one. */
  release: string;
  /** Aborts when the process stops; every subscription is then completed. */
  shutdown: AbortSignal;
  /** Milliseconds one query may take; for tests. */
  executionMs?: number;
  /** Bytes of finished answers to hold; 0 holds none. */
  answerBytes?: number;
  /** Whether a request may give an administrator's commands. */
  mayCommand?: (req: IncomingMessage) => boolean;
  /** How event streams treat clients; for tests. */
  streamLimits?: Partial<StreamLimits>;
  /** Called first; false when it has answered the request itself, with a refusal. */
  admit?: (req: IncomingMessage, res: ServerResponse) => boolean | Promise<boolean>;
  /** Told of every answer when it is sent. */
  onAnswer?: OnAnswer;
  /** Told the cost of what is computed beside ordinary answers: of streams, WebSockets and odd forms. */
  charge?: ((req: IncomingMessage, cost: number) => void) | undefined;
  /** Proxies in front whose word on a client's address is taken; none unless given. */
  trustedProxies?: number;
}

export interface GraphqlHandler {
  handle(req: IncomingMessage, res: ServerResponse, search: string): Promise<void> | void;
  streams: Streams;
}

/** Makes the handler of `/graphql`; `search` is the part of the URL after the question mark. */
export function createGraphqlHandler(options: GraphqlOptions): GraphqlHandler {
  const { schema, log, release, admit, charge, onAnswer = () => {} } = options;
  const { clock } = options.feed;
  const mask = createErrorMask(log);
  const { trusted = null, trustedOnly = false } = options;
  const persisted = createPersistedDocuments({ trusted, trustedOnly });
  const costOf = createCostMeter(schema);
  const yoga = createGraphqlServer({ ...options, mask, costOf, persisted });
  const execute = createExecute({ yoga, db: options.db, mask });
  const documents = createDocuments({ yoga, schema, persisted });
  const tagOf = createTagger(schema, `${release}\n${persisted.manifest}`);
  const { answerBytes, mayCommand } = options;
  const answering = createAnswering({
    ...{ execute, clock, documents, persisted, tagOf, costOf, log },
    ...{ answerBytes, mayCommand, onAnswer },
  });
  const streams = createStreams({
    ...{ yoga, execute, mask, log, db: options.db, feed: options.feed },
    ...{ admit, shutdown: options.shutdown, limits: options.streamLimits },
    ...{ known: documents.of, charge, trustedProxies: options.trustedProxies },
  });

  function handle(req: IncomingMessage, res: ServerResponse, search: string): Promise<void> | void {
    const admitted = admit?.(req, res) ?? true;
    if (admitted === true) return handleAdmitted(req, res, search);
    if (admitted === false) return;
    return admitted.then((yes) => (yes ? handleAdmitted(req, res, search) : undefined));
  }

  function handleAdmitted(
    req: IncomingMessage,
    res: ServerResponse,
    search: string,
  ): Promise<void> | void {
    const type = answerType(req.headers.accept);
    if (type === null) return streams.wanted(req) ? stream(req, res, search) : pass(req, res, null);
    const otherwise = (body: Buffer | null) => pass(req, res, body);
    if (req.method === "GET" || req.method === "HEAD") {
      const key = keyOfUrl(search, type);
      if (answering.hit(req, res, key)) return;
      return answering.answer(req, res, askedByUrl(search, type, key), otherwise);
    }
    const plainJson = isJson(req.headers["content-type"] ?? "") && !req.headers["content-encoding"];
    if (!plainJson) return pass(req, res, null);
    return readBody(req, MAX_BODY_BYTES).then((body) => {
      if (body === null) return answering.say(req, res, refuse(TOO_LARGE, type));
      const question = askedByBody(req, body, type);
      if (answering.hit(req, res, question.key)) return;
      return answering.answer(req, res, question, otherwise);
    });
  }

  /** Answers with an event stream where the operation is a subscription. */
  async function stream(req: IncomingMessage, res: ServerResponse, search: string): Promise<void> {
    if (req.method === "HEAD") return pass(req, res, null);
    const byBody = req.method !== "GET";
    if (byBody && !isJson(req.headers["content-type"] ?? "")) return pass(req, res, null);
    const body = byBody ? await readBody(req, MAX_BODY_BYTES) : null;
    if (byBody && body === null) return answering.say(req, res, refuse(TOO_LARGE, null));
    const params = body ? paramsOfBody(body) : paramsOfSearch(search);
    if (!params || !(await streams.answer(req, res, params))) return pass(req, res, body);
    onAnswer("passed", req, null);
  }

  /** Lets the GraphQL server's own HTTP handling answer; the body is given where it was read. */
  async function pass(req: IncomingMessage, res: ServerResponse, body: Buffer | null) {
    const state = namesVersion(req) ? await stateFor(req, clock, log) : clock.peek();
    if (isRefusal(state)) {
      return answering.say(req, res, refuse(state, answerType(req.headers.accept)));
    }
    setCommonHeaders(res);
    if (state) res.setHeader("x-plimsoll-version", state.version);
    // Yoga builds a URL from it and would answer a malformed one with a stack trace.
    req.headers.host = "localhost";
    if (req.method === "HEAD") presentAsGet(req);
    if (req.method === "QUERY") req.method = "POST";
    if (body !== null) Object.assign(req, { body });
    const abort = new AbortController();
    whenGone(res, () => abort.abort());
    const isAdmin = mayCommand?.(req);
    await yoga(req, res, { exchange: { abort, isAdmin, charge: (cost) => charge?.(req, cost) } });
    onAnswer("passed", req, null);
  }

  return { handle, streams };
}

const TOO_LARGE: Refusal = {
  status: 413,
  code: "BAD_USER_INPUT",
  message: `The body of a request may have at most ${MAX_BODY_BYTES} bytes.`,
};

/** Node sends no body to HEAD whatever is written; a stream would only be held open for nothing. */
function presentAsGet(req: IncomingMessage): void {
  req.method = "GET";
  const accept = req.headers.accept ?? "*/*";
  if (/\*\/\*|event-stream/.test(accept)) req.headers.accept = "application/json";
}
