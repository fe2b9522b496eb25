/**
 * What connections share: where their total count comes from, and how a page that hangs on a parent
 * row plans its rows. The plugin's own counts on relations do not work with the Drizzle release in
 * use (decision 0001), so such a count is an extra column of the parent's row.
 */
import type { Count } from "../db/model-count.ts";
import { builder } from "./builder.ts";

/** A connection as it is made: with its count, or with the way to it. */
interface Counted {
  totalCount?: number | Count | (() => number | Promise<number | Count>);
}

/** By connection, so that a count is made once for both of its fields. */
const counts = new WeakMap<object, Promise<Count>>();

function countOf(connection: object): Promise<Count> {
  let count = counts.get(connection);
  if (!count) {
    count = makeCount(connection);
    counts.set(connection, count);
  }
  return count;
}

async function makeCount({ totalCount }: Counted): Promise<Count> {
  if (totalCount === undefined) throw new Error("A connection was made without its count.");
  const count = typeof totalCount === "function" ? await totalCount() : totalCount;
  return typeof count === "number" ? { value: count, isEstimate: false } : count;
}

/** A count that may be an estimate, for the plugin's `totalCount`, whose type knows plain numbers. */
export const asTotalCount = (count: Promise<Count>) => count as unknown as Promise<number>;

// Tells the plugin that a page need not be read when only these are asked.
const extensions = { pothosDrizzleTotalCount: true };

builder.globalConnectionField("totalCount", (t) =>
  t.int({
    description:
      "How many items there are on all pages together; of more than some ten thousand models or events an estimate, see `totalCountIsEstimate`.",
    extensions,
    resolve: async (connection) => (await countOf(connection)).value,
  }),
);

builder.globalConnectionField("totalCountIsEstimate", (t) =>
  t.boolean({
    description:
      "True when `totalCount` was counted on a sample, in a catalog of more than 50,000 models or a log of more than 50,000 events; it is then within some percent.",
    extensions,
    resolve: async (connection) => (await countOf(connection)).isEstimate,
  }),
);

/**
 * Plans the rows of a connection from what is asked under `nodes` as well as under `edges.node`. The
 * plugin's helper looks only at the latter; its planner accepts both, though its types do not say so.
 */
export function underBothPaths<Nested extends (selection: never, path: never) => unknown>(
  nested: Nested,
  typeName: string,
): (selection?: unknown) => unknown {
  const paths = [[{ name: "nodes" }], [{ name: "edges" }, { name: "node" }]];
  const everywhere = { getType: () => typeName, paths };
  return (selection) => nested(selection as never, everywhere as never);
}
