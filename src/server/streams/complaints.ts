/** What is wrong with a document, for transports that have no HTTP answer of GraphQL to say it in. */
import { GraphQLError } from "graphql";
import { parseWithinLimit } from "../graphql/limits.ts";
import type { Refusal } from "../graphql/refusal.ts";
import type { Yoga } from "../graphql/run.ts";

/** The errors of a text that could not be parsed or is not valid, each with a code. */
export function complaintsAbout(
  text: string,
  yoga: Yoga,
  mask: (error: unknown) => GraphQLError,
): GraphQLError[] {
  try {
    const { validate, schema } = yoga.getEnveloped({} as never);
    const errors: readonly GraphQLError[] = validate(schema, parseWithinLimit(text));
    return errors.map((error) => coded(error, "GRAPHQL_VALIDATION_FAILED"));
  } catch (error) {
    return [error instanceof GraphQLError ? coded(error, "GRAPHQL_PARSE_FAILED") : mask(error)];
  }
}

export function refusalError({ message, code, details }: Refusal): GraphQLError {
  return new GraphQLError(message, { extensions: { code, ...(details && { details }) } });
}

function coded(error: GraphQLError, code: string): GraphQLError {
  const { message, nodes, source, positions, path, extensions } = error;
  const given = { code, ...extensions };
  return new GraphQLError(message, { nodes, source, positions, path, extensions: given });
}
