/**
 * Entity tags from what an answer depends on: the catalog's state, the question, the schema and the
 * release. The state is read before the answer is made, so a tag can be older than its answer but
 * never newer: a commit in between costs one more request, never a stale 304.
 */
import { hash } from "node:crypto";
import { type GraphQLSchema, printSchema } from "graphql";

export type Tagger = (stamp: string, key: string) => string;

export function createTagger(schema: GraphQLSchema, release: string): Tagger {
  let build: string | undefined;
  return (stamp, key) => {
    build ??= hash("sha256", `${release}\n${printSchema(schema)}`, "base64url");
    return hash("sha256", `${build}\n${stamp}\n${key}`, "base64url").slice(0, 27);
  };
}
