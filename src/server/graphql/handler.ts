/**
 * The GraphQL endpoint. A question that was answered before at this state of the catalog is answered
 * from the store by a few look-ups, without reading its document. Any other ordinary question runs
 * through the GraphQL server's pipeline and is kept. What is not ordinary (streams, mutations, forms,
 * malformed requests) goes through the GraphQL server's own HTTP handling.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { GraphQLSchema } from "graphql";
import type { CatalogState } from "../../events/catalog-clock.ts";
import type { SchemaContext } from "../../schema/context.ts";
import { Answer, confirm, heldTag } from "../answers/answer.ts";
import { AnswerStore, type Computed, type Computing, type Work } from "../answers/store.ts";
import { readBody } from "../http/body.ts";
import { setCommonHeaders } from "../http/headers.ts";
import type { StreamLimits } from "../streams/event-stream.ts";
import { createStreams, type Streams } from "../streams/index.ts";
import { createDocumentStore, isLasting, type KnownDocument, operationType } from "./documents.ts";
import { createErrorMask } from "./errors.ts";
import { MAX_BODY_BYTES } from "./limits.ts";
import { answerType, isJson } from "./media.ts";
import { type Params, paramsOfBody, paramsOfSearch } from "./params.ts";
import { createPersistedDocuments, type PersistedOptions } from "./persisted.ts";
import { askedByBody, askedByUrl, keyOfUrl, type Question } from "./question.ts";
import { type Refusal, refuse } from "./refusal.ts";
import { execute, parseValid, write } from "./run.ts";
import { createTagger } from "./tags.ts";
import { isNewEnough, stateFor } from "./versions.ts";
import { createGraphqlServer } from "./yoga.ts";

export const GRAPHQL_PATH = "/graphql";

/** Bytes of finished answers that are held when nothing else is said. */
const ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * How a request was answered. `hit`: from the store; `confirmed`: the client has it (304); `joined`:
 * together with another that asked the same; `computed`: anew; `refused`: before any GraphQL;
 * `passed`: by the GraphQL server's own HTTP handling.
 */
export type AnswerKind = "hit" | "confirmed" | "joined" | "computed" | "refused" | "passed";

export interface GraphqlOptions extends Omit<SchemaContext, "isAdmin">, Partial<PersistedOptions> {
  schema: GraphQLSchema;
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
  admit?: (req: IncomingMessage, res: ServerResponse) => boolean;
  /** Told of every answer when it is sent. */
  onAnswer?: (kind: AnswerKind, req: IncomingMessage) => void;
}

export interface GraphqlHandler {
  handle(req: IncomingMessage, res: ServerResponse, search: string): Promise<void> | void;
  streams: Streams;
}

/** Makes the handler of `/graphql`; `search` is the part of the URL after the question mark. */
export function createGraphqlHandler(options: GraphqlOptions): GraphqlHandler {
  const { schema, log, release, admit, onAnswer = () => {} } = options;
  const { clock } = options.feed;
  const mask = createErrorMask(log);
  const { trusted = null, trustedOnly = false } = options;
  const persisted = createPersistedDocuments({ trusted, trustedOnly });
  const yoga = createGraphqlServer({ ...options, mask, persisted });
  const tagOf = createTagger(schema, `${release}\n${persisted.manifest}`);
  const documents = createDocumentStore();
  const streams = createStreams({
    ...{ yoga, mask, log, feed: options.feed, shutdown: options.shutdown },
    limits: options.streamLimits,
    known: namedDocument,
  });
  const store = new AnswerStore({
    maxBytes: options.answerBytes ?? ANSWER_BYTES,
    current: clock.peek,
  });

  function handle(req: IncomingMessage, res: ServerResponse, search: string): Promise<void> | void {
    if (admit && !admit(req, res)) return;
    const type = answerType(req.headers.accept);
    if (type === null) return streams.wanted(req) ? stream(req, res, search) : pass(req, res, null);
    if (req.method === "GET" || req.method === "HEAD") {
      const key = keyOfUrl(search, type);
      if (hit(req, res, key)) return;
      return answer(req, res, askedByUrl(search, type, key));
    }
    const plainJson = isJson(req.headers["content-type"] ?? "") && !req.headers["content-encoding"];
    if (!plainJson) return pass(req, res, null);
    return readBody(req, MAX_BODY_BYTES).then((body) => {
      if (body === "gone") return;
      if (body === "too large") return say(req, res, refuse(TOO_LARGE, type));
      const question = askedByBody(req, body, type);
      if (!hit(req, res, question.key)) return answer(req, res, question);
    });
  }

  /** The whole way of a request that was answered before. */
  function hit(req: IncomingMessage, res: ServerResponse, key: string): boolean {
    const state = clock.peek();
    return state !== null && !isPersonal(req) && isNewEnough(req, state.version)
      ? sendStored(req, res, key, state)
      : false;
  }

  function sendStored(
    req: IncomingMessage,
    res: ServerResponse,
    key: string,
    state: CatalogState,
  ): boolean {
    const stored = store.find(key, state);
    if (stored === undefined) return false;
    onAnswer(stored.send(req, res) ? "confirmed" : "hit", req);
    return true;
  }

  async function answer(req: IncomingMessage, res: ServerResponse, question: Question) {
    const state = await stateFor(req, clock, log);
    if (isRefusal(state)) return say(req, res, refuse(state, question.type));
    const shareable = state !== null && !isPersonal(req);
    if (shareable && sendStored(req, res, question.key, state)) return;
    const params = question.params();
    const known = params && namedDocument(params);
    if (isRefusal(known)) return say(req, res, refuse(known, question.type));
    if (!params || !known) return pass(req, res, question.body);
    if (!question.safe) persisted.register(params);
    const operation = operationType(known, params.operationName);
    if (operation === "mutation" && question.safe && req.method === "QUERY") {
      return say(req, res, refuse(CHANGES_NOTHING, question.type));
    }
    if (operation !== "query") return pass(req, res, question.body);

    const shared = shareable && known.lasting && !isRegistration(params) ? state : null;
    const tag = shared && question.safe ? tagOf(shared.stamp, question.key) : null;
    const held = heldTag(req, tag);
    if (held !== null) {
      confirm(res, held, state?.version ?? null);
      return onAnswer("confirmed", req);
    }
    const work = (abort: AbortController) => compute(abort, known, params, question, state, tag);
    const computing = shared ? store.compute(question.key, shared, work) : alone(work);
    whenGone(res, computing.leave);
    const { answer } = await computing.result;
    answer.send(req, res);
    onAnswer(computing.joined ? "joined" : "computed", req);
  }

  async function compute(
    abort: AbortController,
    { document }: KnownDocument,
    params: Params,
    { type }: Question,
    state: CatalogState | null,
    tag: string | null,
  ): Promise<Computed> {
    const result = await execute(yoga, document, params, { exchange: { abort } }, mask);
    const { status, text, flawless } = await write(result, type);
    const answer = new Answer({
      status,
      contentType: `${type}; charset=utf-8`,
      body: Buffer.from(text),
      tag: flawless ? tag : null,
      version: state?.version ?? null,
    });
    return { answer, keep: flawless };
  }

  /** The document of a request, wherever its text comes from; null when nobody knows what it says. */
  function namedDocument(params: Params): KnownDocument | Refusal | null {
    const text = persisted.resolve(params);
    if (typeof text === "object") return text;
    return text === undefined ? null : knownDocument(text);
  }

  function knownDocument(text: string): KnownDocument | null {
    const found = documents.get(text);
    if (found) return found;
    const document = parseValid(yoga, text, { exchange: { abort: new AbortController() } });
    if (!document) return null;
    const known = { document, lasting: isLasting(schema, document) };
    documents.set(text, known);
    return known;
  }

  /** Answers with an event stream where the operation is a subscription. */
  async function stream(req: IncomingMessage, res: ServerResponse, search: string): Promise<void> {
    if (req.method === "HEAD") return pass(req, res, null);
    const byBody = req.method !== "GET";
    if (byBody && !isJson(req.headers["content-type"] ?? "")) return pass(req, res, null);
    const body = byBody ? await readBody(req, MAX_BODY_BYTES) : null;
    if (byBody && body === null) return say(req, res, refuse(TOO_LARGE, null));
    const params = body ? paramsOfBody(body) : paramsOfSearch(search);
    if (!params || !(await streams.answer(req, res, params))) return pass(req, res, body);
    onAnswer("passed", req);
  }

  function say(req: IncomingMessage, res: ServerResponse, refusal: Answer): void {
    refusal.send(req, res);
    onAnswer("refused", req);
  }

  /** Lets the GraphQL server's own HTTP handling answer; the body is given where it was read. */
  async function pass(req: IncomingMessage, res: ServerResponse, body: Buffer | null) {
    setCommonHeaders(res);
    const state = clock.peek();
    if (state) res.setHeader("x-plimsoll-version", state.version);
    // Yoga builds a URL from it and would answer a malformed one with a stack trace.
    req.headers.host = "localhost";
    if (req.method === "HEAD") presentAsGet(req);
    if (req.method === "QUERY") req.method = "POST";
    if (body !== null) Object.assign(req, { body });
    const abort = new AbortController();
    whenGone(res, () => abort.abort());
    await yoga(req, res, { exchange: { abort, isAdmin: options.mayCommand?.(req) } });
    onAnswer("passed", req);
  }

  return { handle, streams };
}

const TOO_LARGE: Refusal = {
  status: 413,
  code: "BAD_USER_INPUT",
  message: `The body of a request may have at most ${MAX_BODY_BYTES} bytes.`,
};
const CHANGES_NOTHING: Refusal = {
  status: 405,
  code: "BAD_USER_INPUT",
  message: "QUERY changes nothing; send a mutation by POST.",
};

/** Computes for one client only. */
function alone(work: Work): Computing {
  const abort = new AbortController();
  return { result: work(abort), joined: false, leave: () => abort.abort() };
}

/** Calls back when the client leaves before its answer is complete. */
function whenGone(res: ServerResponse, leave: () => void): void {
  res.on("close", () => {
    if (!res.writableFinished) leave();
  });
}

/** What is asked under somebody's name is neither taken from the others' answers nor given to them. */
function isPersonal(req: IncomingMessage): boolean {
  return req.headers.authorization !== undefined;
}

/** It also leaves the document here, which a stored answer would not do. */
function isRegistration({ query, extensions }: Params): boolean {
  return query !== undefined && extensions?.persistedQuery !== undefined;
}

function isRefusal(value: CatalogState | KnownDocument | Refusal | null): value is Refusal {
  return value !== null && "status" in value;
}

/** Node sends no body to HEAD whatever is written; a stream would only be held open for nothing. */
function presentAsGet(req: IncomingMessage): void {
  req.method = "GET";
  const accept = req.headers.accept ?? "*/*";
  if (/\*\/\*|event-stream/.test(accept)) req.headers.accept = "application/json";
}
