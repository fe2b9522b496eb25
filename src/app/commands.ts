/**
 * What an administrator may ask of the running program, put together from the queue and the catalog
 * for those who may not know either.
 */
import type { Config } from "../config.ts";
import { catalogView } from "../db/catalog-view.ts";
import type { Database } from "../db/client.ts";
import { holdRecord, type RecordKey, releaseRecord } from "../db/hold.ts";
import { addMeasurement } from "../db/measurements.ts";
import { PlimsollError } from "../errors.ts";
import { REPOSITORY_ID } from "../ingest/sources/hugging-face/protocol.ts";
import { measurement } from "../ingest/sources/measurement.ts";
import { storable } from "../ingest/storable.ts";
import type { Asked, Commands } from "../schema/context.ts";
import type { QueueAccess } from "./queue-access.ts";
import { plannedSources } from "./sources.ts";

export interface CommandDeps {
  config: Config;
  db: Database;
  queue: QueueAccess;
}

const HUB = "hugging-face";
const LONGEST_REASON = 500;

export function createCommands({ config, db, queue }: CommandDeps): Commands {
  const enabled = plannedSources(config).filter((planned) => planned.enabled);

  function checkSource(id: string): void {
    const known = enabled.map(({ source }) => source.id);
    if (known.includes(id)) return;
    throw refused(`There is no source "${id}" here; there is ${known.join(", ")}.`);
  }

  async function askForModel(externalId: string): Promise<Asked> {
    return asked(await (await queue.get()).askForModel(HUB, externalId));
  }

  async function askForRun(sourceId: string): Promise<Asked> {
    return asked(await (await queue.get()).askForRun(sourceId));
  }

  return {
    async syncSource(sourceId) {
      checkSource(sourceId);
      return askForRun(sourceId);
    },

    async syncModel(huggingFaceId) {
      checkSource(HUB);
      if (REPOSITORY_ID.test(huggingFaceId)) return askForModel(huggingFaceId);
      throw refused(`"${huggingFaceId}" is not the id of a repository, such as Qwen/Qwen3-8B.`);
    },

    async quarantine(record, reason) {
      const said = storable(reason).trim();
      if (said === "" || said.length > LONGEST_REASON) {
        throw refused(`The reason must have 1 to ${LONGEST_REASON} characters.`);
      }
      if (!(await holdRecord(db, storable(record), said))) {
        throw refused(`There is no ${nameOf(record)}: it was never read.`);
      }
    },

    async release(record) {
      if (!(await releaseRecord(db, storable(record)))) {
        throw refused(`The ${nameOf(record)} was not set aside by hand.`);
      }
      if (!enabled.some(({ source }) => source.id === record.sourceId)) return;
      if (record.sourceId === HUB) await askForModel(record.externalId);
      else await askForRun(record.sourceId);
    },

    async addMeasurement(huggingFaceId, reading) {
      const wanted = storable(huggingFaceId);
      const id = (await catalogView(db).spelling([wanted])).get(wanted);
      if (id === undefined) throw refused(`There is no model "${huggingFaceId}" in the catalog.`);
      const reported = Object.entries(storable(reading)).filter(([, value]) => value != null);
      const parsed = measurement.safeParse(Object.fromEntries(reported));
      if (parsed.success) return addMeasurement(db, id, parsed.data);
      const [issue] = parsed.error.issues;
      const field = issue?.path.join(".") || "it";
      throw refused(`The measurement cannot be used: ${field}: ${issue?.message}.`);
    },

    async pauseIngestion() {
      await (await queue.get()).pause();
    },

    async resumeIngestion() {
      await (await queue.get()).resume();
    },
  };
}

function asked(isNew: boolean): Asked {
  return isNew ? "QUEUED" : "WAITING";
}

function refused(message: string): PlimsollError {
  return new PlimsollError("BAD_USER_INPUT", message);
}

function nameOf({ sourceId, externalId }: RecordKey): string {
  return `record "${externalId}" of the source "${sourceId}"`;
}
