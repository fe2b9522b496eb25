/** The worker of this process, put together: as soon as its queue is there, with the outgoing webhooks. */
import { once } from "node:events";
import { messageOf } from "../errors.ts";
import type { Opened } from "./api.ts";
import { whenReachable } from "./patience.ts";
import { startWebhooks } from "./webhooks.ts";
import { type RunningWorker, startWorker } from "./worker.ts";

export interface WorkerStart extends Opened {
  stopping: AbortController;
  /** Whether there is nothing to serve yet. */
  isEmpty: boolean;
  /** Called when the queue is not there and is waited for. */
  onWait: () => void;
}

/**
 * The worker, as soon as its queue is there. On an empty catalog the bundled data is awaited, unless
 * somebody wants to stop; otherwise it is compared in the background.
 */
export async function openWorker(start: WorkerStart): Promise<RunningWorker | null> {
  const { config, log, closers, queue: queueAccess, stopping, isEmpty, onWait } = start;
  const { db, url: databaseUrl } = start.database;
  const open = () => startWorker({ config, db, queueAccess, log });
  const worker = await whenReachable(open, "the job queue", stopping.signal, log, onWait);
  if (!worker) return null;
  if (stopping.signal.aborted) {
    await worker.close();
    return null;
  }
  closers.add("worker", worker);
  const openWebhooks = () => startWebhooks({ config, db, databaseUrl, log });
  const webhooks = await whenReachable(openWebhooks, "the webhook queue", stopping.signal, log);
  if (webhooks) closers.add("webhooks", webhooks);
  const bundled = worker.loadBundled().catch((error) => {
    log.warn({ reason: messageOf(error) }, "the bundled data was not read completely");
  });
  if (isEmpty && !stopping.signal.aborted)
    await Promise.race([bundled, once(stopping.signal, "abort")]);
  return worker;
}
