/**
 * Why the Hub does not hand something out. The status alone says little (401 stands for gated,
 * private and missing alike); the meaning is in `X-Error-Code` and `X-Error-Message`.
 */
import { PlimsollError } from "../../../errors.ts";
import type { HttpAnswer } from "../../http/client.ts";
import { invalid } from "../../http/failures.ts";
import { textOf } from "../../http/json.ts";
import type { RepositoryState } from "../../source.ts";

/** What was refused: the repository as a whole, one revision, one file, or our token. */
export type Denial =
  | Exclude<RepositoryState, "open" | "renamed" | "private">
  | "no-revision"
  | "no-file"
  | "bad-token";

type Refused = Exclude<Denial, "bad-token">;

/** A refusal that is an answer. Sources turn it into an outcome; it is never worth retrying. */
export class DeniedError extends PlimsollError {
  readonly denial: Refused;

  constructor(denial: Refused, id: string, message: string) {
    super(denial === "gated" ? "UPSTREAM_GATED" : "UPSTREAM_MISSING", message, {
      details: { id, denial },
    });
    this.denial = denial;
  }
}

/** Passes 2xx; throws `DeniedError` for what the Hub refuses and `UPSTREAM_INVALID` for the rest. */
export function throwUnlessAnswered(answer: HttpAnswer, id: string): void {
  if (answer.ok) return;
  const denial = denialOf(answer);
  if (denial === "bad-token") {
    throw new PlimsollError("BAD_CONFIGURATION", "The Hub does not accept the token in HF_TOKEN");
  }
  if (denial === null) throw invalid(answer.url, `answered ${answer.status}`);
  throw new DeniedError(denial, id, MESSAGES[denial](id));
}

function denialOf(answer: HttpAnswer): Denial | null {
  const { status, headers } = answer;
  if (status !== 401 && status !== 403 && status !== 404) return null;
  // Some mirrors drop the header; the same sentence is in the body.
  const message = headers.get("x-error-message") ?? textOf(answer).slice(0, 500);
  if (/invalid credentials/i.test(message)) return "bad-token";
  if (/is disabled/i.test(message)) return "disabled";
  switch (headers.get("x-error-code")) {
    case "GatedRepo":
      return "gated";
    case "EntryNotFound":
      return "no-file";
    case "RevisionNotFound":
      return "no-revision";
    case "RepoNotFound":
      return "missing";
  }
  if (status === 403 || /is restricted/i.test(message)) return "gated";
  return "missing";
}

const MESSAGES: Record<Refused, (id: string) => string> = {
  gated: (id) => `${id} asks its readers to accept a licence first`,
  missing: (id) => `${id} does not exist, or is private`,
  disabled: (id) => `${id} was disabled by the Hub`,
  "no-revision": (id) => `${id} no longer has this revision`,
  "no-file": (id) => `${id} has no such file`,
};
