/** Published weight files of a model: what can be downloaded, with the bytes its server states. */
import type { artifacts } from "../db/tables.ts";
import { builder } from "./builder.ts";
import { ByteSize } from "./byte-size.ts";
import { Model } from "./model.ts";

type Kind = (typeof artifacts.$inferSelect)["kind"];

const ArtifactFormatEnum = builder.enumType("ArtifactFormat", {
  description: "How weight files are written.",
  values: {
    SAFETENSORS: { value: "safetensors", description: "Safetensors, as most publishers release." },
    GGUF: { value: "gguf", description: "GGUF, as llama.cpp reads." },
  } as const satisfies Record<string, { value: Kind; description: string }>,
});

const Artifact = builder.drizzleObject("artifacts", {
  name: "Artifact",
  description: "Weights of a model in one format, all the files together.",
  fields: (t) => ({
    repository: t.exposeString("externalId", {
      description: "Repository that holds the files, such as `ggml-org/gemma-3-27b-it-GGUF`.",
    }),
    format: t.expose("kind", { type: ArtifactFormatEnum, description: "How they are written." }),
    label: t.exposeString("label", {
      description:
        "Quantization as published, such as `Q4_K_M`; the type of its numbers otherwise.",
    }),
    files: t.exposeInt("files", { description: "How many files, each shard counted." }),
    size: t.field({
      type: ByteSize,
      description: "All of them together.",
      resolve: ({ bytes }) => bytes,
    }),
    bitsPerWeight: t.float({
      nullable: true,
      description: "Bits per weight of the files; null when their weights are not counted.",
      resolve: ({ bytes, parameters }) => (parameters ? (bytes * 8) / parameters : null),
    }),
  }),
});

builder.drizzleObjectField(Model, "artifacts", (t) =>
  t.field({
    type: [Artifact],
    description: "Published weight files, smallest first.",
    select: (_args, _context, nested) => ({
      with: { artifacts: nested({ orderBy: { bytes: "asc" } }) },
    }),
    resolve: (model) => model.artifacts,
  }),
);
