/** What a model's published weights are: their format, their counts by part, and how they are tied. */
import type { models } from "../db/tables.ts";
import { builder } from "./builder.ts";
import { Model } from "./model.ts";

type WeightFormatRow = NonNullable<(typeof models.$inferSelect)["weightFormat"]>;

const WeightFormat = builder.objectRef<WeightFormatRow>("WeightFormat").implement({
  description: "How the publisher stores the weights.",
  fields: (t) => ({
    format: t.exposeString("format", {
      description: "Type of the stored numbers, such as `bf16`, `fp8` or `mxfp4`.",
    }),
    method: t.exposeString("method", {
      nullable: true,
      description: "Method of quantization, as the publisher names it; null when there was none.",
    }),
    bitsPerWeight: t.exposeFloat("bitsPerWeight", {
      nullable: true,
      description: "Mean bits of one quantized weight with its scales; null when not derivable.",
    }),
  }),
});

const ParameterCount = builder
  .objectRef<{ component: string; parameters: number }>("ParameterCount")
  .implement({
    description: "How many parameters one part of a model has.",
    fields: (t) => ({
      component: t.exposeString("component", {
        description:
          "The part: text (the language model), embedding (in it), vision, audio, projector or mtp.",
      }),
      parameters: t.field({
        type: "BigInt",
        description: "Its parameters, each counted once.",
        resolve: ({ parameters }) => parameters,
      }),
    }),
  });

builder.drizzleObjectFields(Model, (t) => ({
  weightFormat: t.field({
    type: WeightFormat,
    nullable: true,
    description: "How its publisher stores the weights; null when unknown.",
    select: { columns: { weightFormat: true } },
    resolve: (model) => model.weightFormat,
  }),
  parameterCounts: t.field({
    type: [ParameterCount],
    description: "Parameters by part; empty when its architecture is unknown.",
    select: { columns: { componentParameters: true } },
    resolve: ({ componentParameters }) =>
      Object.entries(componentParameters ?? {}).map(([component, parameters]) => ({
        component,
        parameters,
      })),
  }),
  statedParameters: t.expose("statedParameters", {
    type: "BigInt",
    nullable: true,
    description: "Parameters that the headers of its files add up to; null when nobody read them.",
  }),
  tiedEmbeddings: t.exposeBoolean("tiedEmbeddings", {
    nullable: true,
    description: "True when the output head is the token embedding.",
  }),
  denseLayers: t.exposeInt("denseLayers", {
    nullable: true,
    description: "Layers of a mixture of experts that have one feed-forward instead.",
  }),
  modelType: t.exposeString("modelType", {
    nullable: true,
    description: "The `model_type` that its publisher names in `config.json`.",
  }),
  servedContextLength: t.expose("servedContextLength", {
    type: "BigInt",
    nullable: true,
    description: "Longest context that hosted services offer for it, in tokens.",
  }),
  priceUrl: t.exposeString("priceUrl", {
    nullable: true,
    description: "Page of a hosted service with its prices.",
  }),
}));
