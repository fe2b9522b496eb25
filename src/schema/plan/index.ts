/**
 * Plans that are kept. The Drizzle plugin walks the document of every request to find what to select.
 * What it finds depends on the document and on few of its variables, so it is found once for each of
 * those and used again. The queries made of a kept plan carry the same selection object each time,
 * by which `db/kept-queries.ts` finds their statement. Why and how: decision 0005.
 */
import { Plan, setLoaderMappings } from "@pothos/selection-mapper";
import type { GraphQLResolveInfo, GraphQLSchema, OperationDefinitionNode } from "graphql";
import { LRUCache } from "lru-cache";
import { readColumns } from "./columns.ts";
import { planVariables, watchSelections } from "./reads.ts";

type AnyPlan = Plan<unknown, Query>;
type FromInfo = (adapter: unknown, options: Options) => AnyPlan | undefined;

interface Options {
  context: object;
  info: GraphQLResolveInfo;
  typeName?: string;
  path?: unknown[];
  paths?: unknown[][];
  initial?: unknown;
}

/** A query of the plugin: what is selected, and beside it the condition, the order and the size. */
interface Query {
  columns?: Record<string, boolean>;
  with?: Record<string, unknown>;
  extras?: Record<string, unknown>;
}

interface KeptPlan {
  plan: AnyPlan;
  /** What it selects, by the columns that a resolver asks for besides. */
  selections: Map<string, Selected>;
}

interface Selected {
  selection: Query;
  mappings: Parameters<typeof setLoaderMappings>[2];
}

/** Clients write the documents, so the number of plans has a bound; each takes some 50 kB. */
const MOST_PLANS = 1_000;

const plans = new LRUCache<string, KeptPlan>({ max: MOST_PLANS });
const operations = new WeakMap<OperationDefinitionNode, number>();
let operationCount = 0;

/** Makes the Drizzle plugin keep its plans for this schema. */
export function keepPlans(schema: GraphQLSchema): GraphQLSchema {
  watchSelections(schema);
  readColumns(schema);
  return schema;
}

const planAnew = Plan.fromInfo.bind(Plan) as FromInfo;

function fromInfo(adapter: unknown, options: Options): AnyPlan | undefined {
  const { context, info } = options;
  if (options.initial !== undefined) return planAnew(adapter, options);
  const kept = plans.get(keyOf(options));
  if (kept) return bound(kept, context, info);
  const plan = planAnew(adapter, options);
  if (!plan || plan.pending) return plan;
  const made: KeptPlan = { plan, selections: new Map() };
  // Planning may have shown that more variables matter than were known to.
  plans.set(keyOf(options), made);
  return bound(made, context, info);
}

// The plugin has no setting for it: it asks for every plan here.
Object.assign(Plan, { fromInfo });

/** Equal for requests that have the same plan. */
function keyOf({ info, typeName, path, paths }: Options): string {
  const { operation, variableValues } = info;
  let id = operations.get(operation);
  if (id === undefined) {
    id = ++operationCount;
    operations.set(operation, id);
  }
  // With every type on the way: the same names may stand for other fields under another type.
  let place = "";
  for (let at: typeof info.path | undefined = info.path; at; at = at.prev) {
    if (typeof at.key === "string") place += `${at.typename}.${at.key}<`;
  }
  // One that is left out takes the default, and one that is null does not.
  const values = planVariables(info)
    .filter((name) => name in variableValues)
    .map((name) => [name, variableValues[name]]);
  return JSON.stringify([id, place, typeName, path, paths, values]);
}

/** The plan for one request: where its rows are recorded differs, nothing else does. */
function bound(kept: KeptPlan, context: object, info: GraphQLResolveInfo): AnyPlan {
  return Object.create(kept.plan, {
    context: { value: context },
    info: { value: info },
    query: { value: (seed?: Query) => queryOf(kept, seed, context, info) },
  });
}

/** The resolver's own part of a query, which `seed` is, with what the plan selects. */
function queryOf(
  kept: KeptPlan,
  seed: Query | undefined,
  context: object,
  info: GraphQLResolveInfo,
): Query {
  const { columns, with: relations, extras, ...rest } = seed ?? {};
  const plain = Object.values(columns ?? {}).every(Boolean) && !relations && !extras;
  if (!plain) return Plan.prototype.query.call(bound(kept, context, info), seed, info);
  const key = seed === undefined ? "" : `,${Object.keys(columns ?? {}).join()}`;
  let selected = kept.selections.get(key);
  if (!selected) {
    const { root, mappings } = kept.plan.play(seed && { columns: columns ?? {} });
    const selection = kept.plan.adapter.toQuery(root);
    selected = { selection, mappings };
    kept.selections.set(key, selected);
  }
  setLoaderMappings(context, info, selected.mappings);
  return { ...rest, ...selected.selection };
}
