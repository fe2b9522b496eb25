/**
 * The manifest of trusted documents, read once at the start. A file that cannot be used stops the
 * start: running without it would let every document in, or none.
 */
import { readFile } from "node:fs/promises";
import * as z from "zod";
import type { AnswerConfig } from "../config/answers.ts";
import { messageOf, PlimsollError } from "../errors.ts";

const manifest = z.record(z.string().min(1), z.string().min(1));

export interface TrustedDocuments {
  /** Document by id; null where there is no manifest. */
  trusted: ReadonlyMap<string, string> | null;
  trustedOnly: boolean;
}

/** @throws PlimsollError `BAD_CONFIGURATION` that names the file and what is wrong with it. */
export async function readTrustedDocuments(
  config: AnswerConfig["trustedDocuments"],
): Promise<TrustedDocuments> {
  const { file, only } = config;
  if (file === null) {
    if (!only) return { trusted: null, trustedOnly: false };
    throw bad("TRUSTED_DOCUMENTS_ONLY=true needs the documents: set TRUSTED_DOCUMENTS to a file.");
  }
  try {
    const read = manifest.parse(JSON.parse(await readFile(file, "utf8")));
    return { trusted: new Map(Object.entries(read)), trustedOnly: only };
  } catch (error) {
    const why = error instanceof z.ZodError ? "an object of id and document is expected" : error;
    throw bad(`TRUSTED_DOCUMENTS=${file} cannot be used: ${messageOf(why)}.`);
  }
}

function bad(message: string): PlimsollError {
  return new PlimsollError("BAD_CONFIGURATION", message);
}
