/**
 * What an operation costs, known before it runs. Counting walks the whole document, so it is done once
 * for a document and what of its variables the cost depends on, and looked up from then on.
 */
import { complexityFromQuery } from "@pothos/plugin-complexity";
import {
  type DocumentNode,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  visit,
} from "graphql";
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
  operationName: string | null | undefined,
  variables: Record<string, unknown> | null | undefined,
) => OperationCost | null;

/** Clients choose the variables, and with them how many shapes there are and how long. */
const MOST_SHAPES = 100;
const LONGEST_SHAPE = 1_000;

/** What is known of a document: its costs by shape, and which variables are page sizes. */
interface Counted {
  sizes: ReadonlySet<string>;
  costs: Map<string, OperationCost | null>;
}

/** Whether the fields of a schema say what they cost; in any other each costs the same. */
export function saysCosts(schema: GraphQLSchema): boolean {
  const [field] = Object.values(schema.getQueryType()?.getFields() ?? {});
  return field?.extensions.complexity !== undefined;
}

/** Gives null for what cannot be counted, such as variables of the wrong kind. */
export function createCostMeter(schema: GraphQLSchema): CostMeter {
  const known = new WeakMap<DocumentNode, Counted>();

  return (document, operationName, variables) => {
    let counted = known.get(document);
    if (!counted) {
      counted = { sizes: pageSizes(document), costs: new Map() };
      known.set(document, counted);
    }
    const { sizes, costs } = counted;
    const key = `${operationName ?? ""} ${shapeOf(variables ?? {}, sizes)}`;
    const found = costs.get(key);
    if (found !== undefined) return found;
    const operation = getOperationAST(document, operationName);
    const cost = operation ? count(schema, document, operation, variables ?? {}) : null;
    if (costs.size >= MOST_SHAPES) costs.clear();
    if (key.length <= LONGEST_SHAPE) costs.set(key, cost);
    return cost;
  };
}

function count(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): OperationCost | null {
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

/** The variables that are lengths of pages: of all numbers, the cost looks at these alone. */
function pageSizes(document: DocumentNode): Set<string> {
  const names = new Set<string>();
  visit(document, {
    Argument({ name, value }) {
      const isSize = name.value === "first" || name.value === "last";
      if (isSize && value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return names;
}

/** Page sizes, truths and lengths of lists as they are; of other values only that they are there. */
function shapeOf(variables: Record<string, unknown>, sizes: ReadonlySet<string>): string {
  const members = Object.entries(variables).map(([name, value]) => {
    const shape = sizes.has(name) && typeof value === "number" ? value : shapeOfValue(value);
    // Quoted, so that nobody can write a name that reads like two.
    return `${JSON.stringify(name)}:${shape}`;
  });
  return members.join();
}

function shapeOfValue(value: unknown): string {
  if (typeof value === "string" || typeof value === "number") return "_";
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.length}]`;
  return `{${shapeOf(value as Record<string, unknown>, NO_SIZES)}}`;
}

const NO_SIZES: ReadonlySet<string> = new Set();
