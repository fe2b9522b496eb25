/** `longestContexts`: the models that hardware gives the longest context, for one format of weights. */
import { getSchemaConfig, queryFromInfo } from "@pothos/plugin-drizzle";
import { and, desc, gt, inArray, type SQL, sql } from "drizzle-orm";
import { fitsIn, longestContextIn } from "../db/fits.ts";
import { models } from "../db/tables.ts";
import { isQuantization } from "../estimator/index.ts";
import { builder } from "./builder.ts";
import { cacheTypeOf, engineArgs, quantArg, settingsOf } from "./estimate-settings.ts";
import { ModelFilter, modelConditions } from "./filters.ts";
import { budgetBytes, HardwareInput } from "./hardware.ts";
import { badInput } from "./input-errors.ts";
import { Model } from "./model.ts";
import { checkPageSize } from "./page.ts";

interface Ranked {
  model: { slug: string };
  tokens: number;
}

const RankedType = builder.objectRef<Ranked>("ContextRanking").implement({
  description: "A model with the longest context that fits hardware.",
  fields: (t) => ({
    model: t.field({ type: Model, description: "The model.", resolve: ({ model }) => model }),
    tokens: t.exposeInt("tokens", {
      description: "The longest context that fits, in tokens, up to the one that it was made for.",
    }),
  }),
});

const { overhead, cacheType } = engineArgs;

builder.queryField("longestContexts", (t) =>
  t.field({
    type: [RankedType],
    description:
      "Models by the longest context of one sequence that fits hardware, by llama.cpp's rules; of equals the most downloaded first.",
    args: {
      on: t.arg({ type: HardwareInput, required: true, description: "The hardware." }),
      ...quantArg,
      overhead,
      cacheType,
      filter: t.arg({ type: ModelFilter, description: "Only these; all when left out." }),
      first: t.arg.int({ required: true, defaultValue: 20, description: "How many: 0 to 100." }),
    },
    resolve: async (_root, { on, filter, first, ...input }, context, info) => {
      checkPageSize("first", first);
      settingsOf({ ...input, ctx: 1, batch: 1 });
      if (!isQuantization(input.quant)) {
        throw badInput("quant", input.quant, "a format of GGUF files");
      }
      const settings = {
        quant: input.quant,
        cacheType: cacheTypeOf(input.cacheType),
        overheadFraction: input.overhead,
      };
      const budget = budgetBytes(on, "on.");
      const tokens: SQL<number> = longestContextIn(models, settings, budget);
      // One token has to fit, which most models for larger hardware are ruled out by.
      const fits = fitsIn(models.fit, { ...settings, contextTokens: 1, sequences: 1 }, budget);
      // Evaluated once a model, before the sort.
      const ranked = context.db
        .select({
          slug: models.slug,
          downloads: models.downloads,
          tokens: sql<number>`${tokens}`.as("tokens"),
        })
        .from(models)
        .where(and(modelConditions(models, filter), fits))
        .offset(0)
        .as("ranked");
      const found = await context.db
        .select({ slug: ranked.slug, tokens: ranked.tokens })
        .from(ranked)
        .where(gt(ranked.tokens, 0))
        .orderBy(desc(ranked.tokens), desc(ranked.downloads), ranked.slug)
        .limit(first);
      const query = queryFromInfo({
        config: getSchemaConfig(builder),
        context,
        info,
        typeName: "Model",
        path: ["model"],
        columns: { slug: true },
        where: {
          RAW: (table: typeof models) =>
            inArray(
              table.slug,
              found.map(({ slug }) => slug),
            ),
        },
      });
      const rows = found.length > 0 ? await context.db.query.models.findMany(query) : [];
      const bySlug = new Map(rows.map((row) => [row.slug, row]));
      return found.flatMap(({ slug, tokens }) => {
        const model = bySlug.get(slug);
        return model ? [{ model, tokens }] : [];
      });
    },
  }),
);
