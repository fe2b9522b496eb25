/**
 * From a question to its answer: from the store where it is there, otherwise computed and kept, by one
 * for all who ask the same at the same time.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { CatalogClock, CatalogState } from "../../events/catalog-clock.ts";
import type { Log } from "../../log.ts";
import type { CostMeter } from "../../schema/cost.ts";
import { inSpan } from "../../trace.ts";
import { Answer, type AnswerAbout, confirm, heldTag } from "../answers/answer.ts";
import { AnswerStore, type Computed, type Computing, type Work } from "../answers/store.ts";
import { type Documents, type KnownDocument, nameOf, operationType } from "./documents.ts";
import type { Exchange } from "./exchange.ts";
import type { Params } from "./params.ts";
import type { PersistedDocuments } from "./persisted.ts";
import type { Question } from "./question.ts";
import { type Refusal, refuse } from "./refusal.ts";
import { type Execute, write } from "./run.ts";
import type { Tagger } from "./tags.ts";
import { isNewEnough, stateFor } from "./versions.ts";

/** Bytes of finished answers that are held when nothing else is said. */
const ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * How a request was answered. `hit`: from the store; `confirmed`: the client has it (304); `joined`:
 * together with another that asked the same; `computed`: anew; `refused`: before any GraphQL;
 * `passed`: by the GraphQL server's own HTTP handling, or as a stream.
 */
export type AnswerKind = "hit" | "confirmed" | "joined" | "computed" | "refused" | "passed";

/** Told of every answer when it is sent, with what is known of its operation. */
export type OnAnswer = (kind: AnswerKind, req: IncomingMessage, about: AnswerAbout | null) => void;

export interface AnsweringOptions {
  execute: Execute;
  clock: CatalogClock;
  documents: Documents;
  persisted: PersistedDocuments;
  tagOf: Tagger;
  costOf: CostMeter;
  log: Log;
  answerBytes?: number | undefined;
  mayCommand?: ((req: IncomingMessage) => boolean) | undefined;
  onAnswer: OnAnswer;
}

export interface Answering {
  /** Answers from the store, by a few look-ups; false when that does not have it. */
  hit(req: IncomingMessage, res: ServerResponse, key: string): boolean;
  /** Answers a question that `hit` did not; what is no ordinary one is left to `otherwise`. */
  answer(
    req: IncomingMessage,
    res: ServerResponse,
    question: Question,
    otherwise: (body: Buffer | null) => Promise<void>,
  ): Promise<void>;
  /** Sends a refusal. */
  say(req: IncomingMessage, res: ServerResponse, refusal: Answer): void;
}

export function createAnswering(options: AnsweringOptions): Answering {
  const { execute, clock, documents, persisted, tagOf, log, onAnswer } = options;
  const store = new AnswerStore({
    maxBytes: options.answerBytes ?? ANSWER_BYTES,
    current: clock.peek,
  });

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
    onAnswer(stored.send(req, res) ? "confirmed" : "hit", req, stored.about);
    return true;
  }

  async function answer(
    req: IncomingMessage,
    res: ServerResponse,
    question: Question,
    otherwise: (body: Buffer | null) => Promise<void>,
  ): Promise<void> {
    const state = await stateFor(req, clock, log);
    if (isRefusal(state)) return say(req, res, refuse(state, question.type));
    const shareable = state !== null && !isPersonal(req);
    if (shareable && sendStored(req, res, question.key, state)) return;
    const params = question.params();
    const known = params && documents.of(params);
    if (isRefusal(known)) return say(req, res, refuse(known, question.type));
    if (!params || !known) return otherwise(question.body);
    if (!question.safe) persisted.register(params);
    const operation = operationType(known, params.operationName);
    if (operation === "mutation" && question.safe && req.method === "QUERY") {
      return say(req, res, refuse(CHANGES_NOTHING, question.type));
    }
    if (operation !== "query") return otherwise(question.body);

    const shared = shareable && known.lasting && !isRegistration(params) ? state : null;
    const tag = shared && question.safe ? tagOf(shared.stamp, question.key) : null;
    const held = heldTag(req, tag);
    if (held !== null) {
      confirm(res, held, state?.version ?? null);
      onAnswer("confirmed", req, { operation: nameOf(known, params), cost: null });
      return;
    }
    const isAdmin = shared ? undefined : options.mayCommand?.(req);
    const work = (abort: AbortController) =>
      compute({ abort, isAdmin }, known, params, question, state, tag);
    const computing = shared ? store.compute(question.key, shared, work) : alone(work);
    whenGone(res, computing.leave);
    const { answer } = await computing.result;
    answer.send(req, res);
    onAnswer(computing.joined ? "joined" : "computed", req, answer.about);
  }

  async function compute(
    exchange: Exchange,
    known: KnownDocument,
    params: Params,
    { type }: Question,
    state: CatalogState | null,
    tag: string | null,
  ): Promise<Computed> {
    const { document } = known;
    const cost = options.costOf(document, params.operationName, params.variables);
    const counted = { ...exchange, withinLimits: cost?.allowed };
    const operation = nameOf(known, params);
    const result = await inSpan(
      `query ${operation ?? ""}`.trim(),
      { "graphql.operation.name": operation ?? "", "plimsoll.cost": cost?.complexity ?? 0 },
      () => execute(document, params, counted),
    );
    const { status, text, flawless } = await write(result, type);
    const answer = new Answer({
      status,
      contentType: `${type}; charset=utf-8`,
      body: Buffer.from(text),
      tag: flawless ? tag : null,
      version: state?.version ?? null,
      about: { operation, cost: cost?.complexity ?? null },
    });
    return { answer, keep: flawless };
  }

  function say(req: IncomingMessage, res: ServerResponse, refusal: Answer): void {
    refusal.send(req, res);
    onAnswer("refused", req, null);
  }

  return { hit, answer, say };
}

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
export function whenGone(res: ServerResponse, leave: () => void): void {
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

export function isRefusal(value: CatalogState | KnownDocument | Refusal | null): value is Refusal {
  return value !== null && "status" in value;
}
