/** `plimsoll pause` and `plimsoll resume`: whether the workers of this queue take jobs. */
import type { Config } from "../config.ts";
import { openQueue } from "../ingest/queue.ts";
import { createLog } from "../log.ts";
import { openDatabase } from "./database.ts";

export async function pauseCommand(config: Config, pause: boolean): Promise<void> {
  const log = createLog(config.logLevel);
  const database = await openDatabase(config, log);
  try {
    const { redisUrl } = config;
    const queue = await openQueue({ databaseUrl: database.url, redisUrl, log });
    await (pause ? queue.pause() : queue.resume()).finally(() => queue.close());
    console.log(pause ? "Paused: jobs wait until `plimsoll resume`." : "The workers go on.");
  } finally {
    await database.close();
  }
}
