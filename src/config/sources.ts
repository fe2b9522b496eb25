/**
 * The variables of the ingester's sources: which are read, when, and from where. Sources that ship with
 * the program (snapshot, editorial notes, corrections) are always read and have no variables.
 */
import { createRequire } from "node:module";
import { resolve } from "node:path";
import * as z from "zod";
import { list, upstreamUrl } from "./values.ts";

/** Every source that can be switched on and off. */
export const SOURCE_IDS = [
  "hugging-face",
  "hugging-face-gguf",
  "models-dev",
  "openrouter",
  "modelscope",
  "ollama",
  "file",
] as const;
export type SourceId = (typeof SOURCE_IDS)[number];

const OFF_UNLESS_ASKED: readonly SourceId[] = ["ollama"];

const base = (url: string, whose: string) =>
  upstreamUrl()
    .default(url)
    .transform((text) => text.replace(/\/+$/, ""))
    .describe(`${whose} or a mirror of it.`);

/** Loads the parser, and the calendar behind it, only where a schedule was set. */
function isCron(text: string): boolean {
  const require = createRequire(import.meta.url);
  const { CronExpressionParser } = require("cron-parser") as typeof import("cron-parser");
  try {
    CronExpressionParser.parse(text);
    return /^(\S+\s+){4,5}\S+$/.test(text.trim());
  } catch {
    return false;
  }
}

/** @param cron five fields, or six with seconds first. */
export const schedule = (cron: string, what: string) =>
  z
    .string()
    .refine(
      (text) => text === "off" || isCron(text),
      "must be a cron expression, such as 17 * * * *, or off",
    )
    .default(cron)
    .describe(`When to read ${what}: a cron expression, in UTC; \`off\` to never.`);

export const sourceVariables = {
  SOURCES: z
    .string()
    .default(SOURCE_IDS.filter((id) => !OFF_UNLESS_ASKED.includes(id)).join(","))
    .transform(list)
    .pipe(z.array(z.enum(SOURCE_IDS, { error: `must be among ${SOURCE_IDS.join(", ")}` })))
    .describe("Sources that are read on schedule, separated by commas."),
  GGUF_SCHEDULE: schedule("41 3 * * *", "published quantizations"),
  GGUF_OWNERS: z
    .string()
    .default("bartowski,unsloth,ggml-org,lmstudio-community")
    .transform(list)
    .describe("Accounts on the Hub whose quantizations are read, separated by commas."),
  GGUF_HEADER_MB: z.coerce
    .number("must be a number")
    .min(0, "must not be negative")
    .max(1_000_000, "must be at most 1000000")
    .default(512)
    .describe("Most megabytes of GGUF headers to read in one run; 0 for none."),
  MODELS_DEV_SCHEDULE: schedule("11 5 * * *", "models.dev"),
  MODELS_DEV_URL: base("https://models.dev", "models.dev"),
  OPENROUTER_SCHEDULE: schedule("26 5 * * *", "OpenRouter"),
  OPENROUTER_URL: base("https://openrouter.ai", "OpenRouter"),
  MODELSCOPE_SCHEDULE: schedule("37 5 * * *", "copies of gated models on ModelScope"),
  MODELSCOPE_URL: base("https://www.modelscope.cn", "ModelScope"),
  OLLAMA_SCHEDULE: schedule("52 5 * * 1", "Ollama's library"),
  OLLAMA_URL: base("https://registry.ollama.ai", "Ollama's registry"),
  FILE_MODELS: z
    .string()
    .transform((path) => resolve(path))
    .optional()
    .describe("Your own models: a folder of owner/name/config.json, or a file of JSON lines."),
  FILE_SCHEDULE: schedule("off", "your own models, beside whenever they change"),
};

const sourceValues = z.object(sourceVariables);

export interface SourcesConfig {
  enabled: readonly SourceId[];
  gguf: { schedule: string | null; owners: string[]; headerBytesPerRun: number };
  modelsDev: { schedule: string | null; url: string };
  openRouter: { schedule: string | null; url: string };
  modelScope: { schedule: string | null; url: string };
  ollama: { schedule: string | null; url: string };
  file: { schedule: string | null; path: string | null };
}

export function readSources(values: z.infer<typeof sourceValues>): SourcesConfig {
  return {
    enabled: values.SOURCES,
    gguf: {
      schedule: cronOf(values.GGUF_SCHEDULE),
      owners: values.GGUF_OWNERS,
      headerBytesPerRun: values.GGUF_HEADER_MB * 1e6,
    },
    modelsDev: { schedule: cronOf(values.MODELS_DEV_SCHEDULE), url: values.MODELS_DEV_URL },
    openRouter: { schedule: cronOf(values.OPENROUTER_SCHEDULE), url: values.OPENROUTER_URL },
    modelScope: { schedule: cronOf(values.MODELSCOPE_SCHEDULE), url: values.MODELSCOPE_URL },
    ollama: { schedule: cronOf(values.OLLAMA_SCHEDULE), url: values.OLLAMA_URL },
    file: { schedule: cronOf(values.FILE_SCHEDULE), path: values.FILE_MODELS ?? null },
  };
}

export function cronOf(text: string): string | null {
  return text === "off" ? null : text;
}
