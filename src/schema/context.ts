/**
 * What a resolver may reach: the database to read, the change feed to follow, the log, and what the
 * application hands down because this room does not know the ingester: the reader of configs, and the
 * commands of an administrator.
 */
import type { Database } from "../db/client.ts";
import type { FactName, FactOrigin, ModelFacts, ModelIssue } from "../db/facts.ts";
import type { RecordKey } from "../db/hold.ts";
import type { Measurement } from "../db/measurements.ts";
import type { EventFeed } from "../events/feed.ts";
import type { Log } from "../log.ts";

/** One object per request: plans and costs are cached under its identity. */
export interface SchemaContext {
  db: Database;
  feed: EventFeed;
  log: Log;
  /** Reads the text of a `config.json`. What is wrong with it is in the answer; it never throws. */
  readConfig: ConfigReader;
  /** What an administrator may have done; null where nobody may. */
  commands?: Commands | null;
  /** The operation's cost was counted and is allowed. */
  withinLimits?: boolean | undefined;
  /** Whether this request carries the administrator's token. */
  isAdmin?: boolean | undefined;
}

/** Every command throws a `PlimsollError` with `BAD_USER_INPUT` that names what it does not know. */
export interface Commands {
  /** Asks for a run of a source ahead of its schedule. */
  syncSource(sourceId: string): Promise<Asked>;
  /** Asks for a repository of the Hub to be read before everything else that waits. */
  syncModel(huggingFaceId: string): Promise<Asked>;
  /** Takes a record out of the catalog until it is released. */
  quarantine(record: RecordKey, reason: string): Promise<void>;
  /** Lets a record that was set aside by hand count again, and has it read anew. */
  release(record: RecordKey): Promise<void>;
  /** Lets no worker take another job. */
  pauseIngestion(): Promise<void>;
  resumeIngestion(): Promise<void>;
  /** Keeps memory that somebody measured with a model; false when the same is kept already. */
  addMeasurement(huggingFaceId: string, reading: MeasurementInput): Promise<boolean>;
}

/** A reading; what is left out or null was not reported. At least one of url and origin is needed. */
export type MeasurementInput = Pick<
  Measurement,
  "engine" | "device" | "quant" | "contextTokens" | "totalBytes"
> & { [Field in keyof Measurement]?: Measurement[Field] | null | undefined };

/** `QUEUED`: a worker will do it. `WAITING`: the same was asked for before and is not done yet. */
export type Asked = "QUEUED" | "WAITING";

export type ConfigReader = (text: string) => Promise<ConfigReading>;

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
