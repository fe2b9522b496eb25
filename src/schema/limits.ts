/**
 * How much one request may ask for. Cost is counted before anything runs: one per field, and what
 * stands inside a page costs as many times as the page is long.
 */
import {
  type ComplexityErrorFn,
  ComplexityErrorKind,
  complexityFromQuery,
  type FieldComplexityFunction,
} from "@pothos/plugin-complexity";
import { GraphQLError, type GraphQLResolveInfo, Kind } from "graphql";
import type { SchemaContext } from "./context.ts";

export const PAGE_DEFAULT = 20;
export const PAGE_MAX = 100;

export const LIMITS = { complexity: 10_000, depth: 12, breadth: 1_000 } as const;

/** Assumed length of a list that takes no arguments; all of them are short. */
const SHORT_LIST = 5;

/** What one field costs, and how often what is inside it is paid for. */
export const fieldCost: FieldComplexityFunction<SchemaContext, Record<string, unknown>> = (
  args,
  _context,
  field,
) => {
  const paged = field.args.some((argument) => argument.name === "first");
  if (paged) {
    // A page beyond the maximum is refused by its own name, not by its cost.
    const size = Math.min(Number(args.first ?? args.last ?? PAGE_DEFAULT), PAGE_MAX);
    return { field: 1, multiplier: Math.max(size, 0) };
  }
  const lists = Object.values(args).filter((value) => Array.isArray(value));
  if (lists.length > 0) {
    return { field: 1, multiplier: lists.reduce((product, list) => product * list.length, 1) };
  }
  // A connection has already multiplied by its page.
  const isPage = field.name === "edges" || field.name === "nodes";
  const isList = String(field.type).startsWith("[");
  return { field: 1, multiplier: isList && !isPage ? SHORT_LIST : 1 };
};

const CODES = {
  Complexity: "COST_LIMIT_EXCEEDED",
  Depth: "DEPTH_LIMIT_EXCEEDED",
  Breadth: "BREADTH_LIMIT_EXCEEDED",
} as const;

/** The refusal of a request over a limit, with all three figures so that a client can adapt. */
export const limitError: ComplexityErrorFn = (kind, { complexity, depth, breadth }) => {
  const [figure, limit, what] = {
    Complexity: [complexity, LIMITS.complexity, "cost"],
    Depth: [depth, LIMITS.depth, "depth"],
    Breadth: [breadth, LIMITS.breadth, "number of fields"],
  }[kind] as [number, number, string];
  return new GraphQLError(
    `This request has a ${what} of ${figure}; at most ${limit} is allowed. Ask for smaller pages, fewer fields or several requests.`,
    { extensions: { code: CODES[kind], cost: complexity, depth, breadth, limits: LIMITS } },
  );
};

/** The part of `GraphQLResolveInfo` that is known before anything is resolved. */
export type OperationInfo = Pick<
  GraphQLResolveInfo,
  "schema" | "operation" | "fragments" | "variableValues"
>;

/**
 * Refuses a subscription over a limit when it is opened. The plugin looks at root fields as they
 * resolve, which for a subscription is once per event and too late.
 */
export function checkSubscriptionCost(context: SchemaContext, info: OperationInfo): void {
  const definitions = [info.operation, ...Object.values(info.fragments)];
  const result = complexityFromQuery(
    { kind: Kind.DOCUMENT, definitions },
    { schema: info.schema, ctx: context, variables: info.variableValues },
  );
  const kind = Object.values(ComplexityErrorKind).find((name) => {
    const figure = name.toLowerCase() as keyof typeof LIMITS;
    return result[figure] > LIMITS[figure];
  });
  if (kind) throw limitError(kind, result, info as GraphQLResolveInfo);
}
