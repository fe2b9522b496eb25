/**
 * Bull Board over the job queue, as an application for one path. Its packages are loaded at the first
 * use, because most processes never show it.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Queue } from "bullmq";
import type { JobData } from "./jobs.ts";

export type QueueBoard = (req: IncomingMessage, res: ServerResponse) => void;

/** @param basePath where it is mounted, without a slash at its end. */
export async function makeQueueBoard(queue: Queue<JobData>, basePath: string): Promise<QueueBoard> {
  const [{ createBullBoard }, { BullMQAdapter }, { ExpressAdapter }, { default: express }] =
    await Promise.all([
      import("@bull-board/api"),
      import("@bull-board/api/bullMQAdapter"),
      import("@bull-board/express"),
      import("express"),
    ]);
  const serverAdapter = new ExpressAdapter().setBasePath(basePath);
  createBullBoard({
    queues: [new BullMQAdapter(queue, { description: "Runs, pages and models to read" })],
    serverAdapter,
    options: { uiConfig: { boardTitle: "Plimsoll" } },
  });
  return express().disable("x-powered-by").use(basePath, serverAdapter.getRouter());
}
