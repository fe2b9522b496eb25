/** `device.models`: the GPU finder the other way, which models a device carries. */
import { countModels } from "../db/model-count.ts";
import { models } from "../db/tables.ts";
import { isQuantization } from "../estimator/index.ts";
import { builder } from "./builder.ts";
import { asTotalCount } from "./connection.ts";
import { Device } from "./device.ts";
import { ctxArg, engineArgs, quantArg, settingsOf } from "./estimate-settings.ts";
import { ModelFilter, type ModelFilterInput, modelConditions } from "./filters.ts";
import { MOST_DEVICES } from "./hardware.ts";
import { badInput, checkRange } from "./input-errors.ts";
import { PAGE_DEFAULT, PAGE_MAX } from "./limits.ts";
import { ModelConnection } from "./model.ts";
import { ModelOrder, orderOf } from "./model-order.ts";
import { checkPage } from "./page.ts";

type Arguments = Pick<
  NonNullable<ModelFilterInput["fits"]>,
  "quant" | "ctx" | "batch" | "cacheType" | "overhead" | "engine"
> & {
  count: number;
  filter?: ModelFilterInput | null;
};

/** The filter of the arguments, narrowed to what the device carries. */
function carried(
  slug: string,
  { count, filter, quant, ctx, batch, cacheType, overhead, engine }: Arguments,
) {
  if (filter?.fits)
    throw badInput("filter.fits", filter.fits, "left out, as the device decides it");
  // Checked here, where they have names of their own; as a part of the filter they have others.
  checkRange("count", count, 1, MOST_DEVICES);
  settingsOf({ quant, ctx, batch, cacheType, overhead, engine });
  if (engine === "llama.cpp" && !isQuantization(quant)) {
    throw badInput("quant", quant, "a format of GGUF files, or another engine given");
  }
  const devices = [{ device: slug, count }];
  return { ...filter, fits: { devices, quant, ctx, batch, cacheType, overhead, engine } };
}

builder.objectField(Device, "models", (t) =>
  t.drizzleConnection(
    {
      type: "models",
      description: "Models that it carries; `Model.onDevice` says how they run there.",
      args: {
        ...quantArg,
        ...ctxArg,
        ...engineArgs,
        count: t.arg.int({
          required: true,
          defaultValue: 1,
          description: "How many of it share the model: 1 to 64.",
        }),
        filter: t.arg({ type: ModelFilter, description: "Which models; all when left out." }),
        orderBy: t.arg({
          type: ModelOrder,
          description: "In which order; most downloaded first when left out.",
        }),
      },
      // A statement for each device: made for one device, not for a list of them.
      complexity: ({ first, last }) => ({
        field: 100,
        multiplier: Math.min(first ?? last ?? PAGE_DEFAULT, PAGE_MAX),
      }),
      totalCount: ({ slug }, args, { db }) => {
        const filter = carried(slug, args);
        checkPage(args, orderOf(args.orderBy, filter).parts);
        return asTotalCount(countModels(db, modelConditions(models, filter)));
      },
      resolve: (query, { slug }, args, { db }) => {
        const filter = carried(slug, args);
        const { parts, ...order } = orderOf(args.orderBy, filter);
        checkPage(args, parts);
        const where = { RAW: (table: typeof models) => modelConditions(table, filter) };
        return db.query.models.findMany(query({ where, ...order }));
      },
    },
    ModelConnection,
  ),
);
