/**
 * What a caller may see of an error. Errors made on purpose keep their message and get a stable
 * `extensions.code`; everything else becomes "Unexpected error" with an id, and the log has the rest
 * under the same id. This is the only place where errors are translated for the wire.
 */
import { randomUUID } from "node:crypto";
import { type ExecutionResult, GraphQLError, type GraphQLErrorExtensions } from "graphql";
import { databaseFailure, reasonOf } from "../../db/failures.ts";
import { isTooDeep, PlimsollError } from "../../errors.ts";
import type { Log } from "../../log.ts";

/** HTTP status of errors that concern the whole request; errors of one field leave it at 200. */
const STATUS_BY_CODE: Record<string, number> = {
  BAD_USER_INPUT: 400,
  DEPTH_LIMIT_EXCEEDED: 400,
  EVENTS_COMPACTED: 410,
  SERVICE_UNAVAILABLE: 503,
  DATABASE_UNAVAILABLE: 503,
};

const TOO_DEEP = "The request is nested too deeply.";

/** The mask that the GraphQL server applies to every error of every answer. */
export function createErrorMask(log: Log): (error: unknown) => GraphQLError {
  return (error) => {
    const located = error instanceof GraphQLError ? error : undefined;
    const thrown = rootCause(error);
    if (thrown instanceof GraphQLError) return withCode(located ?? thrown);
    if (isTooDeep(thrown)) return relocate(located, TOO_DEEP, { code: "DEPTH_LIMIT_EXCEEDED" });
    const failure = databaseFailure(thrown);
    const path = located?.path?.join(".");
    if (failure) log.warn({ reason: reasonOf(thrown), path }, "the database failed an operation");
    const cause = failure ?? thrown;
    const shown = shownExtensions(cause);
    if (shown) return relocate(located, (cause as Error).message, shown);
    const id = randomUUID();
    log.error({ id, err: cause, path }, "unexpected error in an operation");
    return relocate(located, `Unexpected error. Its number in the server's log is ${id}.`, {
      code: "INTERNAL_SERVER_ERROR",
      id,
      unexpected: true,
    });
  };
}

/** Whether something could not be answered because the database is gone. */
export function lacksDatabase({ errors }: ExecutionResult): boolean {
  return errors?.some(({ extensions }) => extensions.code === "DATABASE_UNAVAILABLE") ?? false;
}

/** The innermost error: graphql-js wraps what a resolver throws to add the path. */
export function rootCause(error: unknown): unknown {
  let cause = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
}

/** GraphQL's own errors without a code come from values that do not fit their type. */
function withCode(error: GraphQLError): GraphQLError {
  if (typeof error.extensions.code === "string") return error;
  return relocate(error, error.message, { ...error.extensions, code: "BAD_USER_INPUT" });
}

/** The extensions of an error that callers may see, or undefined for one that must be masked. */
function shownExtensions(cause: unknown): GraphQLErrorExtensions | undefined {
  if (cause instanceof PlimsollError && cause.expose) {
    const details = Object.keys(cause.details).length > 0 ? { details: cause.details } : {};
    return { code: cause.code, ...(cause.retryable ? { retryable: true } : {}), ...details };
  }
  if (isEstimatorError(cause)) {
    return { code: "BAD_USER_INPUT", argument: cause.field, reason: cause.code };
  }
  return undefined;
}

/** Told by its shape, because the server does not import the estimator. */
function isEstimatorError(cause: unknown): cause is Error & { code: string; field: string } {
  return cause instanceof Error && cause.name === "EstimatorError" && "field" in cause;
}

/** The same place in the document, another message; a status only when no field is at fault. */
function relocate(
  located: GraphQLError | undefined,
  message: string,
  extensions: GraphQLErrorExtensions,
): GraphQLError {
  const status = located?.path ? undefined : STATUS_BY_CODE[String(extensions.code)];
  return new GraphQLError(message, {
    nodes: located?.nodes,
    source: located?.source,
    positions: located?.positions,
    path: located?.path,
    extensions: status ? { ...extensions, http: { spec: true, status } } : extensions,
  });
}
