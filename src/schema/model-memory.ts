/** What a model weighs: its estimate, its hardware tier and the table of its model page. */
import { hardwareSize, hardwareTier } from "../estimator/index.ts";
import { builder } from "./builder.ts";
import {
  estimateSelection,
  mayBeUnfit,
  reasonSelection,
  selectedProfile,
} from "./estimate-selection.ts";
import { checkContext, marginArgs, quantArg, settingsArgs } from "./estimate-settings.ts";
import { HardwareSizeEnum, HardwareTierEnum } from "./hardware-tier.ts";
import { badInput, whyUnfit } from "./input-errors.ts";
import { Model } from "./model.ts";
import { Quantization, QuantizationNameEnum, type WeightFormatName } from "./quantization.ts";
import {
  type Estimate,
  type EstimateInput,
  estimate,
  estimateOfModel,
  MemoryEstimate,
  type NominalShape,
} from "./vram.ts";

interface TableRow {
  quant: WeightFormatName;
  cells: Estimate[];
}

const VramTableRow = builder.objectRef<TableRow>("VramTableRow").implement({
  description: "One quantization of a memory table.",
  fields: (t) => ({
    quantization: t.field({
      type: Quantization,
      description: "The weight format of the row, with its quality.",
      resolve: ({ quant }) => quant,
    }),
    cells: t.field({
      type: [MemoryEstimate],
      description: "One estimate for each context, in the order they were asked for.",
      // The table has already been paid for by the number of its cells.
      complexity: { field: 1, multiplier: 1 },
      resolve: ({ cells }) => cells,
    }),
  }),
});

/** Whether a cache fits has nothing to do with the format of the weights. */
const ANY_FORMAT: WeightFormatName = "F16";
const MOST_COLUMNS = 32;
const MOST_ROWS = 40;
const MOST_POINTS = 256;

/** From 1,024 tokens to the longest context, which is the last point whatever it is. */
function powersOfTwo(contextLength: number | null): number[] {
  const longest = contextLength ?? 131_072;
  const points: number[] = [];
  for (let ctx = 1024; ctx < longest; ctx *= 2) points.push(ctx);
  return [...points, longest];
}

/** The estimate of one format, from what `estimateSelection` selected. */
const estimateOf = (model: NominalShape, args: EstimateInput) =>
  estimateOfModel(selectedProfile(model, [args.quant], args), model, args);

builder.drizzleObjectFields(Model, (t) => ({
  vram: t.field({
    type: MemoryEstimate,
    nullable: true,
    description:
      "Memory it takes, item by item; null when unknown, see `vramReason`. It is null too where the blocks of `cacheType` do not divide its heads, and for NOMINAL without a total or attention heads.",
    args: settingsArgs,
    select: (args) => estimateSelection([args.quant], args),
    resolve: (model, args) => estimateOf(model, args),
  }),
  vramReason: t.string({
    nullable: true,
    description:
      "Why its memory cannot be computed; null when it can. With the settings of an estimate, also why it has none under those.",
    args: marginArgs,
    select: (args) => reasonSelection(ANY_FORMAT, args),
    resolve: (model, args) => {
      if (model.vramReason !== null || !mayBeUnfit(args)) return model.vramReason;
      const settings = { ...args, quant: ANY_FORMAT, ctx: 1 };
      const profile = selectedProfile(model, [ANY_FORMAT], args);
      const why = whyUnfit(() => estimate(profile, model, settings));
      if (why || args.method !== "NOMINAL" || estimateOf(model, settings)) return why;
      return "The nominal rule needs a total and attention heads, which this model does not have.";
    },
  }),
  hardwareTier: t.field({
    type: HardwareTierEnum,
    nullable: true,
    description: "How much hardware it needs, in three steps; null when unknown.",
    args: settingsArgs,
    select: (args) => estimateSelection([args.quant], args),
    resolve: (model, args) => {
      const result = estimateOf(model, args);
      return result && hardwareTier(result.totalBytes);
    },
  }),
  hardwareSize: t.field({
    type: HardwareSizeEnum,
    nullable: true,
    description: "How much hardware it needs, on a finer scale; null when unknown.",
    args: settingsArgs,
    select: (args) => estimateSelection([args.quant], args),
    resolve: (model, args) => {
      const result = estimateOf(model, args);
      return result && hardwareSize(result.totalBytes);
    },
  }),
  vramCurve: t.field({
    type: [MemoryEstimate],
    nullable: true,
    description: "Memory over the context, for a plot; null when unknown, see `vramReason`.",
    args: {
      ...quantArg,
      ctxs: t.arg.intList({
        description: `Contexts in tokens, at most ${MOST_POINTS}; powers of two up to the longest that it was made for when left out.`,
      }),
      ...marginArgs,
    },
    select: (args) => {
      const { columns, ...rest } = estimateSelection([args.quant], args);
      return { columns: { ...columns, contextLength: true }, ...rest };
    },
    // As many points as asked for; some 12 when left to us.
    complexity: ({ ctxs }) => ({ field: 1, multiplier: ctxs?.length ?? 12 }),
    resolve: (model, { ctxs, ...settings }) => {
      const points = ctxs ?? powersOfTwo(model.contextLength);
      if (points.length > MOST_POINTS) throw badInput("ctxs", ctxs, `at most ${MOST_POINTS}`);
      for (const ctx of points) checkContext("ctxs", ctx);
      const profile = selectedProfile(model, [settings.quant], settings);
      const curve = points.map((ctx) => estimateOfModel(profile, model, { ...settings, ctx }));
      return curve.some((point) => point === null) ? null : curve.filter((point) => point !== null);
    },
  }),
  vramTable: t.field({
    type: [VramTableRow],
    nullable: true,
    description: "Memory for several quantizations and contexts; null when unknown.",
    args: {
      quants: t.arg({
        type: [QuantizationNameEnum],
        required: true,
        description: `Weight formats, one row each; at most ${MOST_ROWS}.`,
      }),
      ctxs: t.arg.intList({
        required: true,
        description: `Contexts in tokens, one column each; at most ${MOST_COLUMNS}.`,
      }),
      ...marginArgs,
    },
    select: (args) => estimateSelection(args.quants, args),
    resolve: (model, { quants, ctxs, ...margin }) => {
      if (quants.length > MOST_ROWS) throw badInput("quants", quants, `at most ${MOST_ROWS}`);
      if (ctxs.length > MOST_COLUMNS) throw badInput("ctxs", ctxs, `at most ${MOST_COLUMNS}`);
      for (const ctx of ctxs) checkContext("ctxs", ctx);
      const profile = selectedProfile(model, quants, margin);
      const rows: TableRow[] = [];
      for (const quant of quants) {
        const row: TableRow = { quant, cells: [] };
        for (const ctx of ctxs) {
          const cell = estimateOfModel(profile, model, { quant, ctx, ...margin });
          if (!cell) return null;
          row.cells.push(cell);
        }
        rows.push(row);
      }
      return rows;
    },
  }),
}));
