/**
 * Hand-written resolvers that answer any question about the schema, as those of a GraphQL server have
 * to: each knows its own arguments and the row above it. One thing alone is written for what is asked:
 * what fits, for its format and context. Relations and memory are read for all rows of a tick at once.
 */
import DataLoader from "dataloader";
import { cursorOf, model, models, named, profiles, siblings, vram, vramTable } from "./catalog.js";

const byKey = (read) =>
  new DataLoader(async (keys) => {
    const found = await read(keys);
    return keys.map((key) => found.get(key) ?? null);
  });

/** What a request has of its own. */
export const context = () => ({
  organizations: byKey((slugs) => named("organizations", slugs)),
  families: byKey((slugs) => named("families", slugs)),
  profiles: new DataLoader(async (asked) => {
    const slugs = [...new Set(asked.map(({ slug }) => slug))];
    const quants = [...new Set(asked.flatMap((one) => one.quants))];
    const found = await profiles(slugs, quants);
    return asked.map(({ slug }) => found.get(slug) ?? null);
  }),
});

export const resolvers = {
  Query: {
    model: (_root, { slug }) => model(slug),
    async models(_root, { filter, first }) {
      const size = first ?? 20;
      const rows = await models(filter, size);
      return { rows: rows.slice(0, size), hasNextPage: rows.length > size };
    },
  },
  ModelConnection: {
    nodes: ({ rows }) => rows,
    edges: ({ rows }) => rows.map((node) => ({ cursor: cursorOf(node), node })),
    pageInfo: ({ rows, hasNextPage }) => ({
      hasNextPage,
      endCursor: rows.length > 0 ? cursorOf(rows.at(-1)) : null,
    }),
  },
  Model: {
    organization: ({ organization, organization_slug }, _args, { organizations }) =>
      organization ?? organizations.load(organization_slug),
    family: ({ family, family_slug }, _args, { families }) =>
      family === undefined && family_slug !== null ? families.load(family_slug) : family,
    license: ({ license }) => ({ id: license }),
    async vram({ slug }, { quant, ctx }, { profiles }) {
      const profile = await profiles.load({ slug, quants: [quant] });
      return profile && vram(profile, quant, ctx);
    },
    async vramTable({ slug }, { quants, ctxs }, { profiles }) {
      const profile = await profiles.load({ slug, quants });
      return profile && vramTable(profile, quants, ctxs);
    },
    siblings: (parent, { first }) => siblings(parent, first),
  },
};
