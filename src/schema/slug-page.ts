/** Pages of a list that is held in memory. A cursor is the slug of an item, so it outlives additions. */
import { decodeBase64, encodeBase64, encodeCursorChunk } from "@pothos/core";
import { PAGE_DEFAULT } from "./limits.ts";
import { checkPage, type PageArguments } from "./page.ts";

const PREFIX = "DC:S:";

const cursorOf = ({ slug }: { slug: string }) => encodeBase64(`DC:${encodeCursorChunk(slug)}`);
const slugIn = (cursor: string) => decodeBase64(cursor).slice(PREFIX.length);

/**
 * The page of `items` that `args` asks for. A cursor whose item is gone stands for no place: the
 * page then starts at the beginning, or ends at the end.
 */
export function slugPage<Item extends { slug: string }>(
  items: readonly Item[],
  args: PageArguments,
) {
  checkPage(args, ["text"]);
  const indexOf = (cursor: string) => items.findIndex((item) => item.slug === slugIn(cursor));
  let start = args.after == null ? 0 : indexOf(args.after) + 1;
  const before = args.before == null ? -1 : indexOf(args.before);
  let end = before === -1 ? items.length : before;
  if (args.last != null) start = Math.max(start, end - args.last);
  else end = Math.min(end, start + (args.first ?? PAGE_DEFAULT));
  const edges = items.slice(start, end).map((node) => ({ cursor: cursorOf(node), node }));
  return {
    totalCount: items.length,
    edges,
    pageInfo: {
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
      hasPreviousPage: start > 0,
      hasNextPage: end < items.length,
    },
  };
}
