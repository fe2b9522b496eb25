/** The variables of the answers: how many are held in memory, and which documents are run at all. */
import * as z from "zod";
import { wholeNumber } from "./values.ts";

export const answerVariables = {
  ANSWER_CACHE_MIB: wholeNumber(0, 65_536)
    .default(64)
    .describe("Memory for finished answers, in MiB (2^20 bytes); 0 holds none."),
  TRUSTED_DOCUMENTS: z
    .string()
    .optional()
    .describe("JSON file of documents that clients name by id: an object of id and document."),
  TRUSTED_DOCUMENTS_ONLY: z
    .enum(["true", "false"], { error: "must be true or false" })
    .default("false")
    .describe("true: no document is run but those of TRUSTED_DOCUMENTS."),
};

const answerValues = z.object(answerVariables);

export interface AnswerConfig {
  answerCacheBytes: number;
  trustedDocuments: { file: string | null; only: boolean };
}

export function readAnswers(values: z.infer<typeof answerValues>): AnswerConfig {
  return {
    answerCacheBytes: values.ANSWER_CACHE_MIB * 2 ** 20,
    trustedDocuments: {
      file: values.TRUSTED_DOCUMENTS ?? null,
      only: values.TRUSTED_DOCUMENTS_ONLY === "true",
    },
  };
}
