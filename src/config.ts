/**
 * The only reader of the environment. Every variable is optional, typed and validated; all mistakes
 * are reported at once, each naming its variable, what it holds and what is allowed.
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { type AnswerConfig, answerVariables, readAnswers } from "./config/answers.ts";
import { type FeedConfig, feedVariables, readFeed } from "./config/feed.ts";
import { readServing, type ServingConfig, servingVariables } from "./config/serving.ts";
import {
  cronOf,
  readSources,
  type SourcesConfig,
  schedule,
  sourceVariables,
} from "./config/sources.ts";
import { readStorage, type StorageConfig, storageVariables } from "./config/storage.ts";
import { readTracing, type TracingConfig, tracingVariables } from "./config/tracing.ts";
import { upstreamUrl } from "./config/values.ts";
import { PlimsollError } from "./errors.ts";
import { projectFile } from "./project-files.ts";

const variables = z.object({
  ...servingVariables,
  PLIMSOLL_HOME: z
    .string()
    .default(fileURLToPath(projectFile(".plimsoll")))
    .transform((path) => resolve(path))
    .describe("Folder for everything that Plimsoll keeps on this machine."),
  ...storageVariables,
  ...feedVariables,
  ...answerVariables,
  HF_ENDPOINT: upstreamUrl()
    .default("https://huggingface.co")
    .describe("The Hugging Face Hub or a mirror of it."),
  HF_TOKEN: z.string().optional().describe("Access token for the Hub; raises its rate limits."),
  HF_WEBHOOK_SECRET: z
    .string()
    .min(16, "must have at least 16 characters")
    .optional()
    .describe("Secret of the Hub's webhooks to /webhooks/hugging-face, which is shut without it."),
  HF_ORGANIZATIONS: z
    .string()
    .optional()
    .describe("Organizations to read, separated by commas; `*` for everything the Hub lists."),
  HF_SCHEDULE: schedule("17 * * * *", "the Hub"),
  ...sourceVariables,
  LOG_LEVEL: z
    .enum(["debug", "info", "warn", "error", "silent"], {
      error: "must be debug, info, warn, error or silent",
    })
    .default("warn")
    .describe("How much is logged."),
  ...tracingVariables,
});

export type Variables = z.infer<typeof variables>;

export interface Config extends StorageConfig, ServingConfig, FeedConfig, AnswerConfig {
  home: string;
  hub: {
    endpoint: string;
    token: string | null;
    /** Null: webhooks are not taken. */
    webhookSecret: string | null;
    /** Null: the curated list. */
    organizations: string[] | null;
    schedule: string | null;
  };
  sources: SourcesConfig;
  logLevel: Variables["LOG_LEVEL"];
  tracing: TracingConfig;
}

/**
 * Reads and checks the environment.
 * @throws PlimsollError `BAD_CONFIGURATION` that lists every mistake.
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, text]) => text !== ""));
  const parsed = variables.safeParse(given);
  if (!parsed.success) {
    const mistakes = parsed.error.issues.map(({ path, message }) => {
      const name = String(path[0]);
      const hidden = /TOKEN$|SECRET$/.test(name) || given[name]?.includes("@");
      return `  ${name}=${hidden ? "…" : given[name]}: ${message}`;
    });
    const text = `These environment variables cannot be used:\n${mistakes.join("\n")}`;
    throw new PlimsollError("BAD_CONFIGURATION", text);
  }
  const values = parsed.data;
  return {
    ...readServing(values),
    ...readStorage(values),
    ...readFeed(values),
    ...readAnswers(values),
    home: values.PLIMSOLL_HOME,
    hub: {
      endpoint: values.HF_ENDPOINT.replace(/\/+$/, ""),
      token: values.HF_TOKEN ?? null,
      webhookSecret: values.HF_WEBHOOK_SECRET ?? null,
      organizations: values.HF_ORGANIZATIONS?.split(",").map((name) => name.trim()) ?? null,
      schedule: cronOf(values.HF_SCHEDULE),
    },
    sources: readSources(values),
    logLevel: values.LOG_LEVEL,
    tracing: readTracing(values),
  };
}

/** Every variable with its meaning and default, for `--help` and the documentation. */
export function describeVariables(): { name: string; meaning: string; default: string }[] {
  const defaults = variables.parse({}) as Record<string, unknown>;
  return Object.entries(variables.shape).map(([name, schema]) => ({
    name,
    meaning: schema.description ?? "",
    default: name === "PLIMSOLL_HOME" ? "`.plimsoll` of the project" : String(defaults[name] ?? ""),
  }));
}
