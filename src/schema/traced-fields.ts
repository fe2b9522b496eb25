/**
 * A span for each field of a query's or mutation's root, so that a trace of several questions in one
 * request says which of them the statements belong to. Fields below are read with their root field.
 */
import { defaultFieldResolver, type GraphQLSchema } from "graphql";
import { inSpan } from "../trace.ts";

/** Changes the schema's root fields; without a tracer they cost one call more. */
export function traceRootFields(schema: GraphQLSchema): GraphQLSchema {
  for (const type of [schema.getQueryType(), schema.getMutationType()]) {
    for (const field of Object.values(type?.getFields() ?? {})) {
      const { resolve = defaultFieldResolver } = field;
      const name = `${type!.name}.${field.name}`;
      field.resolve = (...words) => inSpan(name, {}, () => resolve(...words));
    }
  }
  return schema;
}
