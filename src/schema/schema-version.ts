/** `schemaVersion`: a name for the schema itself, so that caches of generated code know when it changed. */
import { createHash } from "node:crypto";
import { type GraphQLSchema, printSchema } from "graphql";
import { builder } from "./builder.ts";

const versions = new WeakMap<GraphQLSchema, string>();

function versionOf(schema: GraphQLSchema): string {
  const known = versions.get(schema);
  if (known) return known;
  const version = createHash("sha256").update(printSchema(schema)).digest("hex").slice(0, 12);
  versions.set(schema, version);
  return version;
}

builder.queryField("schemaVersion", (t) =>
  t.string({
    description: "Differs whenever the schema does: the start of the SHA-256 of its SDL.",
    resolve: (_root, _args, _context, info) => versionOf(info.schema),
  }),
);
