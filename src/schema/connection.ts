/**
 * What connections share: where their total count comes from, and how a page that hangs on a parent
 * row plans its rows. The plugin's own counts on relations do not work with the Drizzle release in
 * use (decision 0001), so such a count is an extra column of the parent's row.
 */
import { builder } from "./builder.ts";

builder.globalConnectionField("totalCount", (t) =>
  t.int({
    description: "How many items there are on all pages together.",
    // Tells the plugin that a page need not be read when only this is asked.
    extensions: { pothosDrizzleTotalCount: true },
    resolve: (connection) => {
      const { totalCount } = connection as { totalCount?: number | (() => Promise<number>) };
      if (totalCount === undefined) throw new Error("A connection was made without its count.");
      return typeof totalCount === "function" ? totalCount() : totalCount;
    },
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
