/**
 * What an operation costs, known before it runs. Counting walks the whole document, so it is done once
 * for a document and what of its variables the cost depends on, and looked up from then on.
 */
import { complexityFromQuery } from "@pothos/plugin-complexity";
import { type DocumentNode, type GraphQLSchema, getOperationAST, Kind } from "graphql";
import { LIMITS } from "./limits.ts";

export interface OperationCost {
  complexity: number;
  depth: number;
  breadth: number;
  /** Whether it stays within every limit. */
  allowed: boolean;
}

export type CostMeter = (
  document: DocumentNode,
  operationName: string | undefined,
  variables: Record<string, unknown> | undefined,
) => OperationCost | null;

/** Clients choose the variables. */
const MOST_SHAPES = 100;

/** Gives null for what cannot be counted, such as variables of the wrong kind. */
export function createCostMeter(schema: GraphQLSchema): CostMeter {
  const known = new WeakMap<DocumentNode, Map<string, OperationCost | null>>();

  return (document, operationName, variables = {}) => {
    const costs = known.get(document) ?? new Map<string, OperationCost | null>();
    known.set(document, costs);
    const key = `${operationName ?? ""} ${shapeOf(variables)}`;
    const found = costs.get(key);
    if (found !== undefined) return found;
    if (costs.size >= MOST_SHAPES) costs.clear();
    const cost = count(schema, document, operationName, variables);
    costs.set(key, cost);
    return cost;
  };
}

function count(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
  variables: Record<string, unknown>,
): OperationCost | null {
  const operation = getOperationAST(document, operationName);
  if (!operation) return null;
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  try {
    const counted = complexityFromQuery(
      { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] },
      { schema, ctx: {}, variables },
    );
    const limits = Object.entries(LIMITS) as [keyof typeof LIMITS, number][];
    return { ...counted, allowed: limits.every(([figure, limit]) => counted[figure] <= limit) };
  } catch {
    return null;
  }
}

/** Numbers, truths and lengths of lists as they are; of a text only that it is there. */
function shapeOf(value: unknown): string {
  if (typeof value === "string") return "s";
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.length}]`;
  // Quoted, so that nobody can write a name that reads like two.
  const members = Object.entries(value).map(
    ([name, of]) => `${JSON.stringify(name)}:${shapeOf(of)}`,
  );
  return `{${members.join()}}`;
}
