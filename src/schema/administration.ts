/**
 * What an administrator may have done: read a source or a model now, set records aside and release
 * them, pause and resume. The commands themselves are the application's; here is who may give them.
 */
import { PlimsollError } from "../errors.ts";
import { builder } from "./builder.ts";
import type { Asked, Commands, SchemaContext } from "./context.ts";
import { described } from "./enums.ts";

/** @throws PlimsollError for everybody but an administrator. */
function commandsFor({ commands, isAdmin }: SchemaContext): Commands {
  if (!commands) {
    const message = "Mutations are off: this server was started without an ADMIN_TOKEN.";
    throw new PlimsollError("ADMIN_DISABLED", message);
  }
  if (isAdmin) return commands;
  const message =
    "Mutations need the header Authorization: Bearer, with the administrator's token.";
  throw new PlimsollError("UNAUTHENTICATED", message);
}

const SyncState = builder.enumType("SyncState", {
  description: "What became of a request to read something.",
  values: described<Asked>({
    QUEUED: "A worker will do it, ahead of what is on schedule.",
    WAITING: "The same was asked for before and has not been done yet.",
  }),
});

const source = {
  required: true,
  description: "Slug of a source, such as `hugging-face`.",
} as const;
const externalId = {
  required: true,
  description: "The source's own id of the model, such as `Qwen/Qwen3-8B`.",
} as const;

const MeasurementInput = builder.inputType("MeasurementInput", {
  description:
    "Memory that somebody read off a device while a model ran. At least one of `url` and `origin` is needed.",
  fields: (t) => ({
    engine: t.string({
      required: true,
      description:
        "The program that ran it: `llama.cpp`, `vllm`, `transformers` or another's name.",
    }),
    engineVersion: t.string({ description: "Its version." }),
    device: t.string({ required: true, description: "The device it ran on." }),
    quant: t.string({
      required: true,
      description: "Name of the weight format, as in `vram(quant:)` where it has one there.",
    }),
    contextTokens: t.int({ required: true, description: "Context in tokens." }),
    batch: t.int({ description: "Sequences served at the same time; 1 when left out." }),
    cacheTypeK: t.string({ description: "Storage type of cached keys, such as `q8_0`." }),
    cacheTypeV: t.string({ description: "Storage type of cached values." }),
    totalBytes: t.field({
      type: "BigInt",
      required: true,
      description: "All that the program took on the device, in bytes, the driver's part included.",
    }),
    url: t.string({ description: "Page where it was reported." }),
    origin: t.string({ description: "Where it comes from in words." }),
    reportedBy: t.string({ description: "Who measured it." }),
    measuredOn: t.field({ type: "Date", description: "When it was measured." }),
    note: t.string({ description: "What else to know, such as how exact the reading is." }),
  }),
});

builder.mutationType({
  description:
    "Commands of an administrator. Each needs the administrator's bearer token, by POST.",
});

builder.mutationFields((t) => ({
  syncSource: t.field({
    type: SyncState,
    description: "Reads a source ahead of its schedule.",
    args: { source: t.arg.string(source) },
    resolve: (_root, args, context) => commandsFor(context).syncSource(args.source),
  }),
  syncModel: t.field({
    type: SyncState,
    description: "Reads one model of the Hugging Face Hub before everything else that waits.",
    args: {
      huggingFaceId: t.arg.string({ required: true, description: "Its id, `owner/name`." }),
    },
    resolve: (_root, args, context) => commandsFor(context).syncModel(args.huggingFaceId),
  }),
  quarantine: t.boolean({
    description:
      "Sets aside what a source says of a model, until it is released: its facts and files no longer count. Always true.",
    args: {
      source: t.arg.string(source),
      externalId: t.arg.string(externalId),
      reason: t.arg.string({
        required: true,
        description: "Why, for people: 1 to 500 characters.",
      }),
    },
    resolve: async (_root, { source: sourceId, externalId, reason }, context) => {
      await commandsFor(context).quarantine({ sourceId, externalId }, reason);
      return true;
    },
  }),
  releaseQuarantine: t.boolean({
    description: "Lets what was set aside by hand count again, and has it read anew. Always true.",
    args: { source: t.arg.string(source), externalId: t.arg.string(externalId) },
    resolve: async (_root, { source: sourceId, externalId }, context) => {
      await commandsFor(context).release({ sourceId, externalId });
      return true;
    },
  }),
  addMeasurement: t.boolean({
    description:
      "Keeps memory that somebody measured with a model, to be shown beside the estimates; false when the same is kept already.",
    args: {
      huggingFaceId: t.arg.string({
        required: true,
        description: "Id of a model of the catalog, `owner/name`.",
      }),
      measurement: t.arg({
        type: MeasurementInput,
        required: true,
        description: "What was measured, and under which settings.",
      }),
    },
    resolve: (_root, { huggingFaceId, measurement: { batch, ...reading } }, context) =>
      commandsFor(context).addMeasurement(huggingFaceId, { ...reading, sequences: batch }),
  }),
  pauseIngestion: t.boolean({
    description: "Lets no worker take another job until `resumeIngestion`. Always true.",
    resolve: async (_root, _args, context) => {
      await commandsFor(context).pauseIngestion();
      return true;
    },
  }),
  resumeIngestion: t.boolean({
    description: "Lets the workers take jobs again. Always true.",
    resolve: async (_root, _args, context) => {
      await commandsFor(context).resumeIngestion();
      return true;
    },
  }),
}));
