/**
 * The change log: everything that happened to the catalog, numbered without gaps. A list to look back
 * and a subscription to follow; a client that reconnects names the last number it saw and misses
 * nothing.
 */
import { and, gt, type SQL } from "drizzle-orm";
import { countEvents } from "../db/event-count.ts";
import type { catalogEvents, EventKind } from "../db/tables.ts";
import { type EventFilter as FeedFilter, filterCondition } from "../events/filter.ts";
import { builder } from "./builder.ts";
import { asTotalCount } from "./connection.ts";
import { described, SortDirectionEnum } from "./enums.ts";
import { FitsInput, fitsOf } from "./fits.ts";
import { checkText } from "./input-errors.ts";
import { checkPage } from "./page.ts";

const EventKindEnum = builder.enumType("EventKind", {
  description: "What happened.",
  values: described<EventKind>({
    MODEL_ADDED: "A model is new in the catalog.",
    MODEL_UPDATED: "Facts of a model changed; `changes` lists them.",
    ESTIMATE_CHANGED: "A model's memory is computed differently, although no fact changed.",
    MODEL_WITHDRAWN: "Its publisher took a model down.",
    ARTIFACT_ADDED:
      "A repository offers a model in formats in which it did not before; `changes` lists them. Files that came with a new model are not told beside it.",
    ARTIFACT_REMOVED: "A repository no longer offers a model in some formats.",
    SOURCE_FAILED: "A source could not be read.",
    SOURCE_RECOVERED: "A source that had failed can be read again.",
  }),
});

const FactChange = builder
  .objectRef<(typeof catalogEvents.$inferSelect)["changes"][number]>("FactChange")
  .implement({
    description: "One fact that changed.",
    fields: (t) => ({
      field: t.exposeString("field", { description: "Name of the fact, as in `Model`." }),
      from: t.field({
        type: "JSON",
        nullable: true,
        description: "Value before; null when it was unknown.",
        resolve: ({ from }) => from,
      }),
      to: t.field({
        type: "JSON",
        nullable: true,
        description: "Value since; null when it is unknown now.",
        resolve: ({ to }) => to,
      }),
    }),
  });

/** All columns are always read: rows are small, and a live event then needs no second look. */
export const CatalogEvent = builder.drizzleObject("catalogEvents", {
  name: "CatalogEvent",
  description: "Something that happened to the catalog.",
  fields: (t) => ({
    number: t.expose("number", {
      type: "BigInt",
      description:
        "Place in the log, counted from 1 without gaps; also the catalog's version then.",
    }),
    kind: t.expose("kind", { type: EventKindEnum, description: "What happened." }),
    at: t.expose("at", { type: "DateTime", description: "When it was written down." }),
    message: t.exposeString("message", { description: "One sentence for people." }),
    modelSlug: t.exposeString("modelSlug", {
      nullable: true,
      description: "Slug of the model it is about; null when it is about a source.",
    }),
    model: t.relation("model", {
      nullable: true,
      description: "The model it is about, as it is now.",
    }),
    sourceId: t.exposeString("sourceId", { description: "Id of the source that caused it." }),
    changes: t.field({
      type: [FactChange],
      description: "The facts that changed; empty when the event is not about facts.",
      resolve: (event) => event.changes,
    }),
  }),
});

export const EventFilter = builder.inputType("EventFilter", {
  description: "Which events; conditions are joined by AND.",
  fields: (t) => ({
    kinds: t.field({ type: [EventKindEnum], description: "Only these kinds." }),
    model: t.string({ description: "Only about the model with this slug." }),
    family: t.string({ description: "Only about models of the family with this slug." }),
    organization: t.string({
      description: "Only about models of the organization with this slug.",
    }),
    fits: t.field({
      type: FitsInput,
      description:
        "Only events by which a model came to fit this hardware: it was added or listed again and fits, or it weighs less than before and did not fit until then.",
    }),
  }),
});

export const EventConnection = builder.connectionObject(
  { type: CatalogEvent, name: "CatalogEventConnection", description: "A page of events." },
  { name: "CatalogEventEdge", description: "An event and its place in the list." },
);

type EventFilterInput = typeof EventFilter.$inferInput;
type EventTable = typeof catalogEvents;

/** The filter as the feed takes it; throws `BAD_USER_INPUT` for what cannot be meant. */
export function feedFilter(filter: EventFilterInput | null | undefined): FeedFilter {
  const { kinds, model, family, organization, fits } = filter ?? {};
  for (const [name, text] of Object.entries({ model, family, organization })) {
    checkText(`filter.${name}`, text);
  }
  return { kinds, model, family, organization, fits: fits && fitsOf(fits) };
}

function eventConditions(
  table: EventTable,
  since: number | null | undefined,
  filter: EventFilterInput | null | undefined,
): SQL {
  return and(gt(table.number, since ?? 0), filterCondition(feedFilter(filter), table))!;
}

builder.queryFields((t) => ({
  catalogVersion: t.field({
    type: "BigInt",
    description: "Number of the newest event. Two answers with one version are the same catalog.",
    resolve: (_root, _args, { feed }) => feed.version(),
  }),
  events: t.drizzleConnection(
    {
      type: "catalogEvents",
      description: "The change log, newest first unless asked otherwise.",
      args: {
        since: t.arg({ type: "BigInt", description: "Only events with a number above this." }),
        filter: t.arg({ type: EventFilter, description: "Which events; all when left out." }),
        direction: t.arg({
          type: SortDirectionEnum,
          required: true,
          defaultValue: "DESC",
          description: "DESC for newest first, ASC for oldest first.",
        }),
      },
      totalCount: (_root, args, { db }) => {
        checkPage(args, ["number"]);
        return asTotalCount(
          countEvents(db, args.since ?? 0, filterCondition(feedFilter(args.filter))),
        );
      },
      resolve: (query, _root, args, { db }) => {
        checkPage(args, ["number"]);
        const where = {
          RAW: (table: EventTable) => eventConditions(table, args.since, args.filter),
        };
        const number = args.direction === "ASC" ? ("asc" as const) : ("desc" as const);
        return db.query.catalogEvents.findMany(query({ where, orderBy: { number } }));
      },
    },
    EventConnection,
  ),
}));
