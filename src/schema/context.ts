/**
 * What a resolver may reach: the database to read, the change feed to follow, the log, and the reader
 * of configs, which the application hands down because this room does not know the one that reads.
 */
import type { Database } from "../db/client.ts";
import type { FactName, FactOrigin, ModelFacts, ModelIssue } from "../db/facts.ts";
import type { EventFeed } from "../events/feed.ts";
import type { Log } from "../log.ts";

/** One object per request: plans and costs are cached under its identity. */
export interface SchemaContext {
  db: Database;
  feed: EventFeed;
  log: Log;
  /** Reads the text of a `config.json`. What is wrong with it is in the answer; it never throws. */
  readConfig: ConfigReader;
}

export type ConfigReader = (text: string) => ConfigReading;

/** How a config was read, key by key. */
export interface ConfigReading {
  /** `model`: memory can be computed. `partial`: sure facts only. `refused`: not a config. */
  outcome: "model" | "partial" | "refused";
  /** Why it is not a model; null when it is. */
  reason: string | null;
  facts: Partial<ModelFacts>;
  origins: Partial<Record<FactName, FactOrigin>>;
  issues: ModelIssue[];
  used: { key: string; value: unknown; became: string }[];
  ignored: { key: string; value: unknown; why: string }[];
}
