/**
 * Following the change log from a number on: as a subscription that replays and then goes live, and as
 * pages for clients that would rather ask. Both are told when the log no longer reaches back so far.
 */
import { getSchemaConfig, queryFromInfo } from "@pothos/plugin-drizzle";
import { and, gt } from "drizzle-orm";
import { countEvents } from "../db/event-count.ts";
import type { catalogEvents } from "../db/tables.ts";
import { filterCondition } from "../events/filter.ts";
import { builder } from "./builder.ts";
import type { SchemaContext } from "./context.ts";
import { CatalogEvent, EventConnection, EventFilter, feedFilter } from "./event.ts";
import { badInput } from "./input-errors.ts";
import { checkSubscriptionCost, PAGE_DEFAULT, PAGE_MAX } from "./limits.ts";
import { checkPageSize } from "./page.ts";
import { abortable, FOLLOWS_FEED, type Follow } from "./subscription.ts";

/** Throws unless `after` is a number that this log has reached and still reaches back to. */
async function checkAfter(after: number, { feed }: SchemaContext): Promise<void> {
  const newest = await feed.version();
  if (after < 0 || after > newest) {
    throw badInput("after", after, `the number of an event, from 0 to ${newest}`);
  }
  await feed.checkKept(after);
}

interface FollowArguments {
  after?: number | null;
  filter?: typeof EventFilter.$inferInput | null;
}

const follow: Follow = async (args, context, info) => {
  checkSubscriptionCost(context, info);
  const { after, filter } = args as FollowArguments;
  if (after != null) await checkAfter(after, context);
  return { after: after ?? (await context.feed.version()), filter: feedFilter(filter) };
};

builder.subscriptionField("catalogUpdated", (t) =>
  t.field({
    type: CatalogEvent,
    description:
      "Every event after a number, in order and without gaps, then every new one as it happens.",
    args: {
      after: t.arg({
        type: "BigInt",
        description: "Number of the last event already seen; from now on when left out.",
      }),
      filter: t.arg({ type: EventFilter, description: "Which events; all when left out." }),
    },
    extensions: { [FOLLOWS_FEED]: follow },
    subscribe: async (_root, args, context, info) => {
      const start = await follow(args, context, info);
      return abortable((signal) => context.feed.subscribe({ ...start, signal }));
    },
    resolve: (event) => event,
  }),
);

/** An event is one small row, which the feed gives whole as well. */
const EVERY_COLUMN = {
  number: true,
  kind: true,
  at: true,
  message: true,
  sourceId: true,
  modelSlug: true,
  familySlug: true,
  organizationSlug: true,
  changes: true,
} as const;

builder.queryField("changes", (t) =>
  t.field({
    type: EventConnection,
    description:
      "The events after a number, oldest first: what `catalogUpdated` would send, in pages.",
    args: {
      after: t.arg({
        type: "BigInt",
        description:
          "Number of the last event already seen, which is also its cursor; from the oldest that is kept when left out.",
      }),
      first: t.arg.int({
        description: `How many: 0 to ${PAGE_MAX}, ${PAGE_DEFAULT} when left out.`,
      }),
      filter: t.arg({ type: EventFilter, description: "Which events; all when left out." }),
    },
    resolve: async (_root, { after, first, filter }, context, info) => {
      checkPageSize("first", first);
      if (after != null) await checkAfter(after, context);
      const size = first ?? PAGE_DEFAULT;
      const wanted = feedFilter(filter);
      const where = {
        RAW: (table: typeof catalogEvents) =>
          and(gt(table.number, after ?? 0), filterCondition(wanted, table))!,
      };
      const rows = await context.db.query.catalogEvents.findMany(
        queryFromInfo({
          ...{ context, info, config: getSchemaConfig(builder), typeName: "CatalogEvent" },
          paths: [["nodes"], ["edges", "node"]],
          columns: EVERY_COLUMN,
          where,
          orderBy: { number: "asc" },
          limit: size + 1,
        }),
      );
      const page = rows.slice(0, size);
      return {
        edges: page.map((node) => ({ node, cursor: String(node.number) })),
        pageInfo: {
          hasNextPage: rows.length > size,
          hasPreviousPage: false,
          startCursor: page[0] ? String(page[0].number) : null,
          endCursor: page.length > 0 ? String(page.at(-1)?.number) : null,
        },
        totalCount: () => countEvents(context.db, after ?? 0, filterCondition(wanted)),
      };
    },
  }),
);
