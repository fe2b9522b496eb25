/**
 * Where a model comes from and what became of it: the model it was made from, those made from it, and
 * everything that changed about it since the catalog knows it.
 */
import { drizzleConnectionHelpers } from "@pothos/plugin-drizzle";
import { eq, sql } from "drizzle-orm";
import { countOf } from "../db/model-count.ts";
import { catalogEvents, models } from "../db/tables.ts";
import { builder } from "./builder.ts";
import { underBothPaths } from "./connection.ts";
import { CatalogEvent, EventConnection } from "./event.ts";
import { Model, ModelConnection } from "./model.ts";
import { modelCount, modelPageArgs, modelPages } from "./model-pages.ts";
import { checkPage, type PageArguments } from "./page.ts";

type ModelTable = typeof models;

// One function for all uses each: the planner tells extra columns apart by identity.
const derivativeCount = (model: ModelTable) => modelCount(models.baseModel, model.huggingFaceId);
const changeCount = (model: ModelTable) =>
  sql<number>`(select count(*)::int from ${catalogEvents} where ${eq(catalogEvents.modelSlug, model.slug)})`;

const changePages = drizzleConnectionHelpers(builder, "catalogEvents", {
  query: (args: PageArguments) => {
    checkPage(args, ["number"]);
    return { orderBy: { number: "desc" as const } };
  },
});

builder.drizzleObjectFields(Model, (t) => ({
  base: t.relation("base", {
    nullable: true,
    description:
      "The model that it was made from; null when it was made anew, or from one that the catalog does not have, see `baseModel`.",
  }),
  derivatives: t.connection(
    {
      type: Model,
      description: "Models that were made from it: fine-tunes, distillates, quantized ones.",
      args: modelPageArgs,
      select: (args, context, nested) => ({
        with: { derivatives: modelPages.getQuery(args, context, underBothPaths(nested, "Model")) },
        extras: { derivativeCount },
      }),
      resolve: (model, args, context) => ({
        ...modelPages.resolve(model.derivatives, args, context, model),
        totalCount: countOf(model.derivativeCount),
      }),
    },
    ModelConnection,
  ),
  changes: t.connection(
    {
      type: CatalogEvent,
      description: "What happened to it in the catalog, newest first.",
      select: (args, context, nested) => ({
        with: {
          events: changePages.getQuery(args, context, underBothPaths(nested, "CatalogEvent")),
        },
        extras: { changeCount },
      }),
      resolve: (model, args, context) => ({
        ...changePages.resolve(model.events, args, context, model),
        totalCount: model.changeCount,
      }),
    },
    EventConnection,
  ),
}));
