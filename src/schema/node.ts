/**
 * `node` and `nodes`: anything by its global id. The ids of a request are looked up together, one
 * statement per type. An id that names nothing, is malformed or is of another system is not an error:
 * it finds null.
 */
import { getSchemaConfig, queryFromInfo } from "@pothos/plugin-drizzle";
import type { GraphQLResolveInfo } from "graphql";
import { loadDevices } from "../db/devices.ts";
import { builder } from "./builder.ts";
import type { SchemaContext } from "./context.ts";
import { badInput } from "./input-errors.ts";
import { PAGE_MAX } from "./limits.ts";

/** What a slug can look like; anything else names nothing and need not be looked up. */
const SLUG = /^[\w.-]{1,200}$/;

interface Lookup {
  slugs: string[];
  context: SchemaContext;
  info: GraphQLResolveInfo;
}

/** What the request asks of one type. */
const plan = (typeName: string, { context, info }: Lookup) => ({
  config: getSchemaConfig(builder),
  context,
  info,
  typeName,
});

type Loader = (lookup: Lookup) => Promise<{ slug: string }[]>;

const columns = { slug: true } as const;

/** How to find the rows of each type that is a node, by their slugs. */
const LOADERS: Record<string, Loader> = {
  Model: (lookup) => {
    const where = { slug: { in: lookup.slugs } };
    const query = queryFromInfo({ ...plan("Model", lookup), columns, where });
    return lookup.context.db.query.models.findMany(query);
  },
  Family: (lookup) => {
    const where = { slug: { in: lookup.slugs } };
    const query = queryFromInfo({ ...plan("Family", lookup), columns, where });
    return lookup.context.db.query.families.findMany(query);
  },
  Organization: (lookup) => {
    const where = { slug: { in: lookup.slugs } };
    const query = queryFromInfo({ ...plan("Organization", lookup), columns, where });
    return lookup.context.db.query.organizations.findMany(query);
  },
  Source: async (lookup) => {
    const where = { id: { in: lookup.slugs } };
    const query = queryFromInfo({ ...plan("Source", lookup), columns: { id: true }, where });
    const rows = await lookup.context.db.query.sources.findMany(query);
    return rows.map((row) => ({ ...row, slug: row.id }));
  },
  Device: async ({ slugs }) => loadDevices().filter(({ slug }) => slugs.includes(slug)),
};

async function findNodes(
  ids: readonly string[],
  context: SchemaContext,
  info: GraphQLResolveInfo,
): Promise<(object | null)[]> {
  const wanted = ids.map((id) => ({
    typeName: id.slice(0, Math.max(0, id.indexOf(":"))),
    slug: id.slice(id.indexOf(":") + 1),
  }));
  const found = new Map<string, Map<string, object>>();
  for (const typeName of new Set(wanted.map((id) => id.typeName))) {
    const load = Object.hasOwn(LOADERS, typeName) ? LOADERS[typeName] : undefined;
    const slugs = wanted
      .filter((id) => id.typeName === typeName && SLUG.test(id.slug))
      .map((id) => id.slug);
    if (!load || slugs.length === 0) continue;
    const rows = await load({ slugs, context, info });
    found.set(typeName, new Map(rows.map((row) => [row.slug, { ...row, __typename: typeName }])));
  }
  return wanted.map(({ typeName, slug }) => found.get(typeName)?.get(slug) ?? null);
}

builder.queryFields((t) => ({
  node: t.field({
    type: builder.nodeInterfaceRef(),
    nullable: true,
    description: "Anything by its global id; null when there is nothing of that id.",
    args: {
      id: t.arg.id({ required: true, description: "A global id, as any `id` field gives." }),
    },
    resolve: async (_root, { id }, context, info) => (await findNodes([id], context, info))[0],
  }),
  nodes: t.field({
    type: [builder.nodeInterfaceRef()],
    nullable: { list: false, items: true },
    description: "Several things by their global ids, in that order, with null where nothing is.",
    args: { ids: t.arg.idList({ required: true, description: `At most ${PAGE_MAX} global ids.` }) },
    resolve: (_root, { ids }, context, info) => {
      if (ids.length > PAGE_MAX) throw badInput("ids", ids, `at most ${PAGE_MAX} ids`);
      return findNodes(ids, context, info);
    },
  }),
}));
