/**
 * The version of the catalog that an answer is made from. A client that has seen version N can say so
 * in `x-plimsoll-min-version`, and never gets an older answer, whichever process it asks.
 */
import type { IncomingMessage } from "node:http";
import { messageOf, PlimsollError } from "../../errors.ts";
import type { CatalogClock, CatalogState } from "../../events/catalog-clock.ts";
import type { Log } from "../../log.ts";
import type { Refusal } from "./refusal.ts";

const HEADER = "x-plimsoll-min-version";

/** Whether a request names a version at all. */
export function namesVersion(req: IncomingMessage): boolean {
  return req.headers[HEADER] !== undefined;
}

/** Whether an answer of this version will do; false also for a header that cannot be read. */
export function isNewEnough(req: IncomingMessage, version: number): boolean {
  const asked = req.headers[HEADER];
  return asked === undefined || (isNumber(asked) && Number(asked) <= version);
}

/**
 * The state for a request, waited for where the client has seen more than this process. Null when it
 * cannot be known: the answer then has no version and is kept by nobody.
 */
export async function stateFor(
  req: IncomingMessage,
  clock: CatalogClock,
  log: Log,
): Promise<CatalogState | null | Refusal> {
  const asked = req.headers[HEADER];
  if (asked !== undefined && !isNumber(asked)) {
    const message = `\`${HEADER}\` must be the number of a version, not "${asked}".`;
    return { status: 400, code: "BAD_USER_INPUT", message };
  }
  try {
    return await (asked === undefined ? clock.now() : clock.atLeast(Number(asked)));
  } catch (error) {
    if (asked === undefined) {
      log.warn({ error: messageOf(error) }, "the catalog's version cannot be read");
      return null; // the query itself reports what is wrong
    }
    const behind = error instanceof PlimsollError;
    return {
      status: 503,
      code: behind ? error.code : "SERVICE_UNAVAILABLE",
      message: behind ? error.message : "The catalog's version cannot be read at the moment.",
      ...(behind ? { details: error.details } : {}),
      retryAfter: 1,
    };
  }
}

function isNumber(text: string | string[]): text is string {
  return typeof text === "string" && /^\d{1,15}$/.test(text);
}
