/**
 * Resolvers for these very questions: their statements know which columns and which formats will be
 * asked for, so any other question would be answered wrongly. The ceiling of a GraphQL server without a
 * planner, not a server that one could run.
 */
import { budgetBytes, cursorOf, vram, vramTable } from "./catalog.js";
import { listPage, modelPage, searchPage, siblingsOnPage } from "./pages.js";

export const context = () => ({});

async function models(_root, { first = 20, filter }) {
  if (filter.search) return { nodes: await searchPage(filter.search, first) };
  const rows = await listPage(filter.licenses, budgetBytes(filter.fits.memoryGib), first);
  const page = rows.slice(0, first);
  return {
    edges: page.map((node) => ({ cursor: cursorOf(node), node })),
    pageInfo: {
      hasNextPage: rows.length > first,
      endCursor: page.length > 0 ? cursorOf(page.at(-1)) : null,
    },
  };
}

export const resolvers = {
  Query: { model: (_root, { slug }) => modelPage(slug), models },
  Model: {
    license: ({ license }) => ({ id: license }),
    vram: ({ memory_profile }, { quant, ctx }) =>
      memory_profile && vram(memory_profile, quant, ctx),
    vramTable: ({ memory_profile }, { quants, ctxs }) =>
      memory_profile && vramTable(memory_profile, quants, ctxs),
    siblings: (parent, { first }) => siblingsOnPage(parent, first),
  },
};
