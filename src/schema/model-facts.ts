/** What a model is: its facts, typed one by one, and printed ready for a model page. */
import { builder } from "./builder.ts";
import { ArchitectureKindEnum, AttentionKindEnum, ModalityEnum, UseCaseEnum } from "./enums.ts";
import { LicenseType, PrintedFactType, RopeScalingType, SamplingType } from "./fact-types.ts";
import { Model } from "./model.ts";
import { architectureKind, headline, PRINTED_COLUMNS, specification } from "./specification.ts";

builder.drizzleObjectFields(Model, (t) => ({
  headline: t.field({
    type: [PrintedFactType],
    description: "The few facts under the name, ready to print; unknown ones are left out.",
    select: { columns: PRINTED_COLUMNS },
    resolve: (model) => headline(model),
  }),
  specification: t.field({
    type: [PrintedFactType],
    description: "The rows of the specification table, ready to print; unknown ones are left out.",
    select: { columns: PRINTED_COLUMNS },
    resolve: (model) => specification(model),
  }),
  architectureKind: t.field({
    type: ArchitectureKindEnum,
    nullable: true,
    description: "Dense or mixture of experts; null when its architecture is unknown.",
    select: { columns: { experts: true, layers: true } },
    resolve: (model) => architectureKind(model),
  }),
  totalParameters: t.expose("totalParameters", {
    type: "BigInt",
    nullable: true,
    description: "Parameters in all.",
  }),
  activeParameters: t.expose("activeParameters", {
    type: "BigInt",
    nullable: true,
    description:
      "Parameters that work on one token of text, the token embedding counted whole as most publishers do: of routed experts those that a token visits, without towers for images and sound. A dense model's are all that could be counted.",
  }),
  contextLength: t.expose("contextLength", {
    type: "BigInt",
    nullable: true,
    description: "Longest context that it was made for, in tokens.",
  }),
  extendedContextLength: t.expose("extendedContextLength", {
    type: "BigInt",
    nullable: true,
    description: "Longest context with the extension that its publisher recommends, in tokens.",
  }),
  ropeScaling: t.field({
    type: RopeScalingType,
    nullable: true,
    description: "How positions are stretched; null when they are not.",
    select: { columns: { ropeScaling: true } },
    resolve: (model) => model.ropeScaling,
  }),
  sampling: t.field({
    type: SamplingType,
    nullable: true,
    description: "How its publisher recommends to draw tokens; null when it does not say.",
    select: { columns: { sampling: true } },
    resolve: (model) => model.sampling,
  }),
  attentionKind: t.expose("attentionKind", {
    type: AttentionKindEnum,
    nullable: true,
    description: "Kind of attention.",
  }),
  attentionWindow: t.expose("attentionWindow", {
    type: "BigInt",
    nullable: true,
    description: "Tokens that its sliding or chunked layers look back; null when none do.",
  }),
  layers: t.exposeInt("layers", { nullable: true, description: "Layers of the decoder." }),
  hiddenSize: t.exposeInt("hiddenSize", {
    nullable: true,
    description: "Width of the residual stream, in elements.",
  }),
  feedForwardSize: t.exposeInt("feedForwardSize", {
    nullable: true,
    description: "Width of a dense feed-forward, in elements.",
  }),
  heads: t.exposeInt("heads", { nullable: true, description: "Query heads of a layer." }),
  kvHeads: t.exposeInt("kvHeads", { nullable: true, description: "Key-value heads of a layer." }),
  headDim: t.exposeInt("headDim", {
    nullable: true,
    description: "Width of one head, in elements.",
  }),
  vocabSize: t.exposeInt("vocabSize", { nullable: true, description: "Tokens it knows." }),
  experts: t.exposeInt("experts", {
    nullable: true,
    description: "Routed experts of a layer; null when it has none.",
  }),
  activeExperts: t.exposeInt("activeExperts", {
    nullable: true,
    description: "Routed experts that work on one token.",
  }),
  sharedExperts: t.exposeInt("sharedExperts", {
    nullable: true,
    description: "Experts that work on every token.",
  }),
  activation: t.exposeString("activation", {
    nullable: true,
    description: "Activation function, such as `SwiGLU`.",
  }),
  normalization: t.exposeString("normalization", {
    nullable: true,
    description: "Normalization, such as `RMSNorm`.",
  }),
  positionEmbedding: t.exposeString("positionEmbedding", {
    nullable: true,
    description: "How it knows positions, such as `RoPE`.",
  }),
  architectureClass: t.exposeString("architectureClass", {
    nullable: true,
    description: "Class that its publisher names in `config.json`.",
  }),
  inputModalities: t.field({
    type: [ModalityEnum],
    nullable: true,
    description: "What it takes; null when unknown.",
    select: { columns: { inputModalities: true } },
    resolve: (model) => model.inputModalities,
  }),
  outputModalities: t.field({
    type: [ModalityEnum],
    nullable: true,
    description: "What it gives; null when unknown.",
    select: { columns: { outputModalities: true } },
    resolve: (model) => model.outputModalities,
  }),
  useCases: t.field({
    type: [UseCaseEnum],
    nullable: true,
    description: "What people choose it for; null when unknown.",
    select: { columns: { useCases: true } },
    resolve: (model) => model.useCases,
  }),
  languages: t.field({
    type: ["String"],
    nullable: true,
    description: "Languages as ISO 639 codes; null when unknown.",
    select: { columns: { languages: true } },
    resolve: (model) => model.languages,
  }),
  tags: t.field({
    type: ["String"],
    nullable: true,
    description: "Tags that its publisher gave it; null when unknown.",
    select: { columns: { tags: true } },
    resolve: (model) => model.tags,
  }),
  license: t.field({
    type: LicenseType,
    nullable: true,
    description: "The terms it is published under; null when unknown.",
    select: {
      columns: { license: true, licenseName: true, licenseUrl: true, commercialUse: true },
    },
    resolve: ({ license, ...terms }) => (license === null ? null : { license, ...terms }),
  }),
  releasedOn: t.expose("releasedOn", {
    type: "Date",
    nullable: true,
    description: "Day of release.",
  }),
}));
