/** `compare`: several models side by side, as rows that a page prints. */
import { getSchemaConfig, queryFromInfo } from "@pothos/plugin-drizzle";
import { formatBytes } from "../estimator/index.ts";
import { builder } from "./builder.ts";
import { ESTIMATE_COLUMNS } from "./estimate-selection.ts";
import { settingsArgs } from "./estimate-settings.ts";
import { badInput, checkText } from "./input-errors.ts";
import { Model } from "./model.ts";
import { PRINTED_COLUMNS, type PrintedFact, specification } from "./specification.ts";
import { type Estimate, estimateOfModel } from "./vram.ts";

const MOST_MODELS = 8;

interface Row {
  key: string;
  label: string;
  unit: string | null;
  values: (string | null)[];
}

const RowType = builder.objectRef<Row>("ComparisonRow").implement({
  description: "One property of all the models that are compared.",
  fields: (t) => ({
    key: t.exposeString("key", { description: "Stable name of the property." }),
    label: t.exposeString("label", { description: "English label." }),
    unit: t.exposeString("unit", {
      nullable: true,
      description: "What follows each value; null when nothing does.",
    }),
    values: t.field({
      type: ["String"],
      nullable: { list: false, items: true },
      description: "Formatted value of each model, in their order; null where unknown.",
      resolve: ({ values }) => values,
    }),
    differs: t.boolean({
      description: "True when not all the values are the same.",
      resolve: ({ values }) => new Set(values).size > 1,
    }),
  }),
});

const Comparison = builder
  .objectRef<{ models: { slug: string }[]; rows: Row[] }>("Comparison")
  .implement({
    description: "Models side by side.",
    fields: (t) => ({
      models: t.field({
        type: [Model],
        description: "The models, in the order they were named.",
        complexity: { field: 1, multiplier: 1 },
        resolve: ({ models }) => models,
      }),
      rows: t.field({
        type: [RowType],
        description:
          "Their specifications and memory, a row for each property that one of them has.",
        resolve: ({ rows }) => rows,
      }),
    }),
  });

/** The bill of an estimate as rows of a table. */
function memoryRows(bill: Estimate | null): PrintedFact[] {
  if (!bill) return [];
  const row = (key: string, label: string, bytes: number): PrintedFact => ({
    key,
    label,
    value: formatBytes(bytes),
    unit: null,
  });
  return [
    row("weights", "Weights", bill.weightsBytes),
    row("kvCache", "KV Cache", bill.kvCacheBytes),
    row("recurrentState", "Recurrent State", bill.recurrentStateBytes),
    row("total", "Memory", bill.totalBytes),
  ];
}

/** Columns of facts as rows; a property is listed where the first model that has it lists it. */
function sideBySide(columns: PrintedFact[][]): Row[] {
  const rows = new Map<string, Row>();
  for (const { key, label, unit } of columns.flat()) {
    const values = columns.map((facts) => facts.find((fact) => fact.key === key)?.value ?? null);
    if (!rows.has(key)) rows.set(key, { key, label, unit, values });
  }
  return [...rows.values()];
}

builder.queryField("compare", (t) =>
  t.field({
    type: Comparison,
    description:
      "Models side by side under the same settings. Those that are not there are left out.",
    args: {
      models: t.arg.stringList({
        required: true,
        description: `Slugs of 1 to ${MOST_MODELS} different models.`,
      }),
      ...settingsArgs,
    },
    resolve: async (_root, { models: slugs, ...settings }, context, info) => {
      if (slugs.length < 1 || slugs.length > MOST_MODELS || new Set(slugs).size < slugs.length) {
        throw badInput("models", slugs, `a list of 1 to ${MOST_MODELS} different slugs`);
      }
      for (const slug of slugs) checkText("models", slug);
      const query = queryFromInfo({
        config: getSchemaConfig(builder),
        context,
        info,
        typeName: "Model",
        path: ["models"],
        columns: { slug: true, ...PRINTED_COLUMNS, ...ESTIMATE_COLUMNS },
        where: { slug: { in: slugs } },
      });
      const found = await context.db.query.models.findMany(query);
      const models = slugs.flatMap((slug) => found.filter((row) => row.slug === slug));
      const columns = models.map((row) => [
        ...specification(row),
        ...memoryRows(estimateOfModel(row.memoryProfile, row, settings)),
      ]);
      return { models, rows: sideBySide(columns) };
    },
  }),
);
