/** `normalizeConfig`: how a pasted `config.json` is read, key by key, and what its model weighs. */
import type { FactName, FactOrigin } from "../db/facts.ts";
import { builder } from "./builder.ts";
import type { ConfigReading } from "./context.ts";
import { settingsArgs } from "./estimate-settings.ts";
import { PrintedFactType } from "./fact-types.ts";
import { MOST_CHARACTERS, printedRow, READING_COST, readingOf, weigh } from "./pasted-config.ts";
import { FactBasisEnum, Issue } from "./provenance.ts";
import { specification } from "./specification.ts";
import { MemoryEstimate } from "./vram.ts";

interface ReadKey {
  key: string;
  value: unknown;
  became: string | null;
  ignored: string | null;
}

const ReadKeyType = builder.objectRef<ReadKey>("ConfigKey").implement({
  description: "One key of a config, and what was made of it.",
  fields: (t) => ({
    key: t.exposeString("key", { description: "The key, with those above it before a dot." }),
    value: t.field({
      type: "JSON",
      nullable: true,
      description: "Its value.",
      resolve: ({ value }) => value,
    }),
    became: t.exposeString("became", {
      nullable: true,
      description: "What it was read as; null when it had no part in the reading.",
    }),
    ignored: t.exposeString("ignored", {
      nullable: true,
      description: "Why it had no part in the reading; null when it had.",
    }),
  }),
});

interface ReadFact {
  name: string;
  value: unknown;
  origin: FactOrigin | undefined;
}

const ReadFactType = builder.objectRef<ReadFact>("ConfigFact").implement({
  description: "A fact that a config tells about its model.",
  fields: (t) => ({
    fact: t.string({
      description: "Name of the fact, as in `Model`.",
      resolve: ({ name }) => name,
    }),
    value: t.field({
      type: "JSON",
      nullable: true,
      description: "Its value; null when the config leaves it open.",
      resolve: ({ value }) => value,
    }),
    key: t.string({
      nullable: true,
      description: "Key that it was read from, or the one that implies it.",
      resolve: ({ origin }) => origin?.key ?? null,
    }),
    basis: t.field({
      type: FactBasisEnum,
      nullable: true,
      description: "How the config tells it.",
      resolve: ({ origin }) => origin?.basis ?? null,
    }),
  }),
});

const OutcomeEnum = builder.enumType("ConfigOutcome", {
  description: "How far a config could be read.",
  values: {
    MODEL: { value: "model", description: "In full: its memory can be computed." },
    PARTIAL: { value: "partial", description: "Some facts are sure; its memory is unknown." },
    REFUSED: { value: "refused", description: "It is not the configuration of a model." },
  } as const satisfies Record<string, { value: ConfigReading["outcome"]; description: string }>,
});

const ConfigReadingType = builder.objectRef<ConfigReading>("ConfigReading").implement({
  description: "How a config was read: what each key became, and the model that it describes.",
  fields: (t) => ({
    outcome: t.field({
      type: OutcomeEnum,
      description: "How far it could be read.",
      resolve: ({ outcome }) => outcome,
    }),
    reason: t.exposeString("reason", {
      nullable: true,
      description: "Why its memory is unknown; null when it can be computed.",
    }),
    keys: t.field({
      type: [ReadKeyType],
      // No short list: a config has some fifty, and a hostile one shows ten times as many.
      complexity: { field: 1, multiplier: 50 },
      description: "Every key: first those that were read, then those that were ignored.",
      resolve: ({ used, ignored }) => [
        ...used.map((one) => ({ ...one, ignored: null })),
        ...ignored.map(({ why, ...one }) => ({ ...one, became: null, ignored: why })),
      ],
    }),
    facts: t.field({
      type: [ReadFactType],
      description: "The facts that it tells.",
      resolve: ({ facts, origins }) =>
        (Object.keys(facts) as FactName[])
          .filter((name) => name !== "architecture")
          .map((name) => ({ name, value: facts[name], origin: origins[name] })),
    }),
    issues: t.field({
      type: [Issue],
      description: "Where it contradicts itself or leaves something open.",
      resolve: ({ issues }) => issues,
    }),
    specification: t.field({
      type: [PrintedFactType],
      description: "The rows of a specification table, ready to print.",
      resolve: (reading) => specification(printedRow(reading)),
    }),
    vram: t.field({
      type: MemoryEstimate,
      nullable: true,
      description: "Memory that the model takes; null when unknown, see `reason`.",
      args: settingsArgs,
      resolve: (reading, args) => weigh(reading, args),
    }),
  }),
});

builder.queryField("normalizeConfig", (t) =>
  t.field({
    type: ConfigReadingType,
    description:
      "Reads a pasted `config.json` as the catalog reads those of publishers, and shows how.",
    complexity: READING_COST,
    args: {
      config: t.arg.string({
        required: true,
        description: `Text of the file, at most ${MOST_CHARACTERS} characters.`,
      }),
    },
    resolve: (_root, { config }, context) => readingOf("config", config, context),
  }),
);
