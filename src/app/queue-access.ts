/**
 * The queue for parts of the program that may never need it: loaded and connected to at its first use,
 * shared from then on, and tried again where it could not be reached.
 */
import type { IngestQueue, QueueOptions } from "../ingest/queue.ts";

export interface QueueAccess {
  /** The open queue. */
  get(): Promise<IngestQueue>;
  /** The same if it is open already, else null. */
  peek(): Promise<IngestQueue | null>;
  /** Closes it if it is open; who asks afterwards gets another. */
  close(): Promise<void>;
}

export function createQueueAccess(options: QueueOptions): QueueAccess {
  let opened: Promise<IngestQueue> | null = null;
  const open = async () => (await import("../ingest/queue.ts")).openQueue(options);
  const peek = async () => (await opened?.catch(() => null)) ?? null;
  return {
    get() {
      opened ??= open().catch((error) => {
        opened = null;
        throw error;
      });
      return opened;
    },
    peek,
    async close() {
      const closing = peek();
      opened = null;
      await (await closing)?.close();
    },
  };
}
