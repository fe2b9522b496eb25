/**
 * Mistakes of the caller. Every one has the code `BAD_USER_INPUT` and names the argument, the value
 * and what is allowed, both for people in the message and for programs in the extensions.
 */
import { GraphQLError } from "graphql";
import { EstimatorError, type EstimatorErrorCode } from "../estimator/index.ts";

/** Values are echoed, so a very long one is cut. */
const MOST_ECHOED = 80;

/** An error saying that `argument` is `value` but has to be `allowed`. */
export function badInput(argument: string, value: unknown, allowed: string): GraphQLError {
  const text = JSON.stringify(value) ?? "nothing";
  const echoed = text.length > MOST_ECHOED ? `${text.slice(0, MOST_ECHOED)}…` : text;
  return new GraphQLError(`Argument "${argument}" must be ${allowed}, not ${echoed}.`, {
    extensions: { code: "BAD_USER_INPUT", argument, value: echoed, allowed },
  });
}

/** An error saying why the content of `argument` cannot be used, in whole sentences. */
export function unusable(argument: string, reason: string): GraphQLError {
  return new GraphQLError(`Argument "${argument}" cannot be used. ${reason}`, {
    extensions: { code: "BAD_USER_INPUT", argument, reason },
  });
}

/** Throws unless `value` is missing or a number from `low` to `high`. */
export function checkRange(
  argument: string,
  value: number | null | undefined,
  low: number,
  high: number,
): void {
  if (value == null || (value >= low && value <= high)) return;
  throw badInput(argument, value, `from ${low} to ${high}`);
}

const MOST_TEXT = 200;

/** Throws for a text that is too long to be meant, or that Postgres cannot store. */
export function checkText(argument: string, value: string | null | undefined): void {
  if (value == null) return;
  if (value.length > MOST_TEXT) throw badInput(argument, value, `at most ${MOST_TEXT} characters`);
  if (value.includes("\0")) throw badInput(argument, value, "a text without NUL characters");
}

/**
 * Runs an estimate of a model of the catalog; null where it is this model that the cache type does not
 * fit, as settings that others can have are no mistake of who lists them all.
 */
export function nullWhereUnfit<T>(estimate: () => T): T | null {
  return orElse(estimate, () => null);
}

/** Why `nullWhereUnfit` gives null, as a sentence; null where it does not. */
export function whyUnfit(estimate: () => unknown): string | null {
  let why: string | null = null;
  orElse(estimate, (message) => {
    why = message;
  });
  return why;
}

function orElse<T, Other>(estimate: () => T, otherwise: (message: string) => Other): T | Other {
  try {
    return estimate();
  } catch (error) {
    if (!(error instanceof GraphQLError) || error.extensions.reason !== UNFIT) throw error;
    return otherwise(error.message);
  }
}

const UNFIT = "UNFIT_CACHE_TYPE" satisfies EstimatorErrorCode;
/** Keys and values have a type each there, and share one here. */
const ARGUMENTS: Record<string, string> = { cacheTypeK: "cacheType", cacheTypeV: "cacheType" };

/** Runs an estimate; what the estimator refuses becomes the caller's mistake. */
export function refusalsAsBadInput<T>(estimate: () => T): T {
  try {
    return estimate();
  } catch (error) {
    if (!(error instanceof EstimatorError)) throw error;
    const { field, message, code: reason } = error;
    throw new GraphQLError(`${message[0]!.toUpperCase()}${message.slice(1)}.`, {
      extensions: { code: "BAD_USER_INPUT", argument: ARGUMENTS[field] ?? field, reason },
    });
  }
}
