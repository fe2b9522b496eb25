/** Where the facts of a model come from, who says otherwise, and what is wrong with its record. */
import type { FactName, FactOrigin, ModelIssue } from "../db/facts.ts";
import type { sourceRecords } from "../db/tables.ts";
import { builder } from "./builder.ts";
import { Model } from "./model.ts";

type SourceRecord = Pick<
  typeof sourceRecords.$inferSelect,
  "sourceId" | "externalId" | "revision" | "url" | "fetchedAt" | "facts" | "origins"
>;

interface Provenance {
  fact: FactName;
  record: SourceRecord;
  others: { record: SourceRecord; value: unknown }[];
}

export const FactBasisEnum = builder.enumType("FactBasis", {
  description: "How a source knows a fact.",
  values: {
    STATED: { value: "stated", description: "The file says it." },
    CLASS_DEFAULT: {
      value: "class-default",
      description: "The file leaves it out; the class of the model implies it.",
    },
    DERIVED: { value: "derived", description: "Computed from other keys of the file." },
    CURATED: { value: "curated", description: "Written by hand for the catalog." },
  } as const satisfies Record<string, { value: FactOrigin["basis"]; description: string }>,
});

const OtherValue = builder.objectRef<Provenance["others"][number]>("OtherValue").implement({
  description: "What another source says about the same fact.",
  fields: (t) => ({
    sourceId: t.string({
      description: "Id of the source.",
      resolve: ({ record }) => record.sourceId,
    }),
    value: t.field({
      type: "JSON",
      nullable: true,
      description: "Its value; null when it says that the fact is unknown.",
      resolve: ({ value }) => value,
    }),
    url: t.string({
      nullable: true,
      description: "Where the source says it; null when it has no address.",
      resolve: ({ record }) => record.url,
    }),
    readAt: t.field({
      type: "DateTime",
      description: "When the source was read.",
      resolve: ({ record }) => record.fetchedAt,
    }),
  }),
});

const FactProvenance = builder.objectRef<Provenance>("FactProvenance").implement({
  description: "Where one fact of a model comes from.",
  fields: (t) => ({
    fact: t.string({ description: "Name of the fact, as in `Model`.", resolve: (p) => p.fact }),
    value: t.field({
      type: "JSON",
      nullable: true,
      description: "The value that is served; null when the source says that it is unknown.",
      resolve: ({ fact, record }) => record.facts[fact],
    }),
    sourceId: t.string({
      description: "Id of the source whose value is served.",
      resolve: ({ record }) => record.sourceId,
    }),
    firstSourceId: t.string({
      nullable: true,
      description:
        "Id of the source that a bundled fact was first read from; null where `sourceId` read it.",
      resolve: ({ fact, record }) => record.origins[fact]?.source ?? null,
    }),
    url: t.string({
      nullable: true,
      description: "Where the source says it; null when it has no address.",
      resolve: ({ record }) => record.url,
    }),
    revision: t.string({
      nullable: true,
      description: "Revision of the source's record, such as a commit; null when it has none.",
      resolve: ({ record }) => record.revision,
    }),
    file: t.string({
      nullable: true,
      description: "File that the value was read from.",
      resolve: ({ fact, record }) => record.origins[fact]?.file ?? null,
    }),
    key: t.string({
      nullable: true,
      description: "Key in that file.",
      resolve: ({ fact, record }) => record.origins[fact]?.key ?? null,
    }),
    basis: t.field({
      type: FactBasisEnum,
      nullable: true,
      description: "How the source knows it.",
      resolve: ({ fact, record }) => record.origins[fact]?.basis ?? null,
    }),
    reason: t.string({
      nullable: true,
      description: "Why a person set the value against other sources; null when nobody did.",
      resolve: ({ fact, record }) => record.origins[fact]?.reason ?? null,
    }),
    readAt: t.field({
      type: "DateTime",
      description: "When the source was read.",
      resolve: ({ record }) => record.fetchedAt,
    }),
    others: t.field({
      type: [OtherValue],
      description: "Sources that say something else; empty when all agree.",
      resolve: ({ others }) => others,
    }),
  }),
});

export const Issue = builder.objectRef<ModelIssue>("ModelIssue").implement({
  description: "Something to know about a model's record.",
  fields: (t) => ({
    code: t.exposeString("code", { description: "Stable code, such as `CONTRADICTION`." }),
    field: t.exposeString("field", { description: "The fact or key that it is about." }),
    message: t.exposeString("message", { description: "A sentence for people." }),
  }),
});

/** What sources say about the model itself; records of converted files say nothing about it. */
const RECORDS = {
  columns: {
    sourceId: true,
    externalId: true,
    revision: true,
    url: true,
    fetchedAt: true,
    facts: true,
    origins: true,
  },
  where: { outcome: { ne: "artifacts" } },
  orderBy: { sourceId: "asc" },
} as const;

builder.drizzleObjectFields(Model, (t) => ({
  provenance: t.field({
    type: [FactProvenance],
    description: "Where its facts come from, by name of the fact, with what other sources say.",
    args: {
      facts: t.arg.stringList({
        description: "Names of facts, such as `contextLength`; all when left out.",
      }),
    },
    select: {
      columns: { factSources: true, huggingFaceId: true },
      with: { records: RECORDS },
    },
    resolve: ({ factSources, huggingFaceId, records }, { facts }) =>
      (Object.entries(factSources) as [FactName, string][])
        .filter(([fact]) => !facts || facts.includes(fact))
        .sort(([a], [b]) => a.localeCompare(b, "en"))
        .flatMap(([fact, sourceId]) => provenance(fact, sourceId, huggingFaceId, records)),
  }),
  issues: t.field({
    type: [Issue],
    description: "What to know about its record; empty when all is well.",
    select: { columns: { issues: true } },
    resolve: (model) => model.issues,
  }),
}));

function provenance(
  fact: FactName,
  sourceId: string,
  huggingFaceId: string,
  records: readonly SourceRecord[],
): Provenance[] {
  const told = records.filter((record) => fact in record.facts);
  const ours = told.filter((record) => record.sourceId === sourceId);
  const record = ours.find((one) => one.externalId === huggingFaceId) ?? ours[0];
  if (!record) return [];
  const value = JSON.stringify(record.facts[fact]);
  const others = told
    .filter((other) => other !== record && JSON.stringify(other.facts[fact]) !== value)
    .map((other) => ({ record: other, value: other.facts[fact] }));
  return [{ fact, record, others }];
}
