/** Facts of a model that have parts of their own: licence, recommended settings, stretched positions. */
import type { RopeScaling, Sampling } from "../db/facts.ts";
import { builder } from "./builder.ts";
import { OpennessEnum, opennessOf } from "./enums.ts";
import type { PrintedFact } from "./specification.ts";

export const PrintedFactType = builder.objectRef<PrintedFact>("PrintedFact").implement({
  description: "A fact as a page prints it.",
  fields: (t) => ({
    key: t.exposeString("key", {
      description: "Stable name of the fact, to style or translate by.",
    }),
    label: t.exposeString("label", { description: "English label." }),
    value: t.exposeString("value", { description: "Formatted value, such as `671.0B`." }),
    unit: t.exposeString("unit", {
      nullable: true,
      description: "What follows the value, such as `per token`; null when nothing does.",
    }),
  }),
});

export const LicenseType = builder
  .objectRef<{
    license: string;
    licenseName: string | null;
    licenseUrl: string | null;
    commercialUse: boolean | null;
  }>("License")
  .implement({
    description: "The terms that the weights are published under.",
    fields: (t) => ({
      id: t.exposeString("license", {
        description: "SPDX identifier, or `LicenseRef-` and a name for a publisher's own terms.",
      }),
      name: t.exposeString("licenseName", { nullable: true, description: "Display name." }),
      url: t.exposeString("licenseUrl", { nullable: true, description: "Where its text is." }),
      commercialUse: t.exposeBoolean("commercialUse", {
        nullable: true,
        description:
          "True: open to anyone. False: forbidden. Null: unknown, or under conditions of the publisher's own.",
      }),
      openness: t.field({
        type: OpennessEnum,
        description: "What the terms allow, in a word.",
        resolve: ({ license, commercialUse }) => opennessOf(license, commercialUse),
      }),
    }),
  });

export const SamplingType = builder.objectRef<Sampling>("Sampling").implement({
  description:
    "How the publisher recommends to draw tokens, from `generation_config.json`. Null where it says nothing of a setting, or a value that no engine takes.",
  fields: (t) => ({
    temperature: t.exposeFloat("temperature", {
      nullable: true,
      description: "Divides the logits: 0 is greedy, 1 leaves them as they are.",
    }),
    topP: t.exposeFloat("topP", {
      nullable: true,
      description: "Draw among the likeliest tokens that hold this share of the probability.",
    }),
    topK: t.exposeInt("topK", {
      nullable: true,
      description: "Draw among this many of the likeliest tokens; 0 sets no limit.",
    }),
    minP: t.exposeFloat("minP", {
      nullable: true,
      description: "Leave out tokens less likely than this share of the likeliest.",
    }),
    repetitionPenalty: t.exposeFloat("repetitionPenalty", {
      nullable: true,
      description: "Divides the logits of tokens that were said before; 1 has no effect.",
    }),
  }),
});

export const RopeScalingType = builder.objectRef<RopeScaling>("RopeScaling").implement({
  description: "How positions are stretched beyond the context of pre-training.",
  fields: (t) => ({
    kind: t.exposeString("kind", { description: "Method, such as `yarn` or `llama3`." }),
    factor: t.exposeFloat("factor", { nullable: true, description: "How many times longer." }),
    originalContextLength: t.expose("originalContextLength", {
      type: "BigInt",
      nullable: true,
      description: "Context before stretching, in tokens.",
    }),
  }),
});
