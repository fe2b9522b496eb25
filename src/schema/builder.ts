/**
 * The schema builder with its plugins and conventions: fields are non-null unless they say
 * otherwise, ids are readable (`Model:deepseek-v3`), connections have `nodes`. No type is defined
 * here.
 */
import SchemaBuilder from "@pothos/core";
import ComplexityPlugin from "@pothos/plugin-complexity";
import DrizzlePlugin from "@pothos/plugin-drizzle";
import RelayPlugin from "@pothos/plugin-relay";
import { getTableConfig } from "drizzle-orm/pg-core";
import { relations } from "../db/relations.ts";
import type { SchemaContext } from "./context.ts";
import { fieldCost, LIMITS, limitError, PAGE_DEFAULT, PAGE_MAX } from "./limits.ts";

interface Scalar<Value> {
  Input: Value;
  Output: Value;
}

export type Scalars = {
  ID: { Input: string; Output: string | number };
  BigInt: Scalar<number>;
  Date: Scalar<string>;
  DateTime: Scalar<string>;
  JSON: Scalar<unknown>;
};

export const builder = new SchemaBuilder<{
  Context: SchemaContext;
  DrizzleRelations: typeof relations;
  Scalars: Scalars;
  DefaultFieldNullability: false;
  DefaultEdgesNullability: false;
  DefaultNodeNullability: false;
}>({
  plugins: [ComplexityPlugin, RelayPlugin, DrizzlePlugin],
  defaultFieldNullability: false,
  complexity: {
    // Counting takes longer than many a query, so it is not done twice.
    limit: ({ withinLimits }: SchemaContext) => (withinLimits ? {} : LIMITS),
    fieldComplexity: fieldCost,
    complexityError: limitError,
  },
  drizzle: {
    client: (context: SchemaContext) => context.db,
    relations,
    getTableConfig,
    defaultConnectionSize: PAGE_DEFAULT,
    maxConnectionSize: PAGE_MAX,
  },
  relay: {
    encodeGlobalID: (typename, id) => `${typename}:${id}`,
    decodeGlobalID: (id) => {
      const colon = id.indexOf(":");
      return { typename: id.slice(0, colon), id: id.slice(colon + 1) };
    },
    // Both are in node.ts: the plugin's own throw where null is the right answer.
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    idFieldOptions: { description: "Global id: the name of the type, a colon, and the slug." },
    nodeTypeOptions: {
      name: "Node",
      description: "Anything that can be fetched again by its global `id`.",
    },
    pageInfoTypeOptions: { description: "Where a page stands in its connection." },
    hasNextPageFieldOptions: { description: "True when there are items after this page." },
    hasPreviousPageFieldOptions: { description: "True when there are items before this page." },
    startCursorFieldOptions: { description: "Cursor of the first item; null on an empty page." },
    endCursorFieldOptions: {
      description: "Cursor of the last item, to be passed as `after`; null on an empty page.",
    },
    pageInfoFieldOptions: { description: "Cursors of this page and whether there is more." },
    edgesFieldOptions: { description: "The items with their cursors.", nullable: false },
    nodesOnConnection: { description: "The items without their cursors." },
    nodeFieldOptions: { description: "The item.", nullable: false },
    cursorFieldOptions: { description: "Opaque position of the item, for `after` and `before`." },
    firstArgOptions: {
      description: `How many items from the start: 0 to ${PAGE_MAX}, ${PAGE_DEFAULT} when left out.`,
    },
    afterArgOptions: { description: "Only items after this cursor." },
    lastArgOptions: {
      description: `How many items from the end: 0 to ${PAGE_MAX}; not together with \`first\`.`,
    },
    beforeArgOptions: { description: "Only items before this cursor." },
  },
});

builder.queryType({ description: "Reading the catalog. Nothing here changes anything." });
builder.subscriptionType({ description: "Following the catalog as it changes." });
