/**
 * The only reader of the environment. Every variable is optional, typed and validated; all mistakes
 * are reported at once, each naming its variable, what it holds and what is allowed.
 */
import { join, resolve } from "node:path";
import { z } from "zod";
import {
  cronOf,
  readSources,
  type SourcesConfig,
  schedule,
  sourceVariables,
} from "./config/sources.ts";
import { PlimsollError } from "./errors.ts";

const projectFolder = resolve(import.meta.dirname, "..");

const url = (...protocols: string[]) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol),
      `must be a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(" or ")}`,
    );

const variables = z.object({
  PORT: z.coerce
    .number("must be a number")
    .int("must be a whole number")
    .min(0, "must be 0 to 65535")
    .max(65_535, "must be 0 to 65535")
    .default(4000)
    .describe("Port of the GraphQL API; 0 picks a free one."),
  HOST: z.string().default("127.0.0.1").describe("Address to listen on; loopback unless set."),
  PLIMSOLL_HOME: z
    .string()
    .default(join(projectFolder, ".plimsoll"))
    .transform((path) => resolve(path))
    .describe("Folder for everything that Plimsoll keeps on this machine."),
  DATABASE_URL: url("postgres:", "postgresql:")
    .optional()
    .describe("A Postgres 14+ to use in place of the embedded one."),
  REDIS_URL: url("redis:", "rediss:")
    .optional()
    .describe("A Redis for the job queue, which is otherwise kept in Postgres."),
  HF_ENDPOINT: url("https:", "http:")
    .default("https://huggingface.co")
    .describe("The Hugging Face Hub or a mirror of it."),
  HF_TOKEN: z.string().optional().describe("Access token for the Hub; raises its rate limits."),
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
});

export type Variables = z.infer<typeof variables>;

export interface Config {
  host: string;
  port: number;
  home: string;
  databaseUrl: string | null;
  redisUrl: string | null;
  hub: {
    endpoint: string;
    token: string | null;
    /** Null: the curated list. */
    organizations: string[] | null;
    schedule: string | null;
  };
  sources: SourcesConfig;
  logLevel: Variables["LOG_LEVEL"];
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
      const hidden = name.endsWith("TOKEN") || given[name]?.includes("@");
      return `  ${name}=${hidden ? "…" : given[name]}: ${message}`;
    });
    const text = `These environment variables cannot be used:\n${mistakes.join("\n")}`;
    throw new PlimsollError("BAD_CONFIGURATION", text);
  }
  const values = parsed.data;
  return {
    host: values.HOST,
    port: values.PORT,
    home: values.PLIMSOLL_HOME,
    databaseUrl: values.DATABASE_URL ?? null,
    redisUrl: values.REDIS_URL ?? null,
    hub: {
      endpoint: values.HF_ENDPOINT.replace(/\/+$/, ""),
      token: values.HF_TOKEN ?? null,
      organizations: values.HF_ORGANIZATIONS?.split(",").map((name) => name.trim()) ?? null,
      schedule: cronOf(values.HF_SCHEDULE),
    },
    sources: readSources(values),
    logLevel: values.LOG_LEVEL,
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
