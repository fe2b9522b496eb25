/**
 * What subscriptions to the change feed share. The event that a field is resolved from is the whole
 * difference between two subscribers who ask the same, so a server may resolve it once for all of them:
 * for that, a field carries in its extensions how to read its arguments.
 */
import type { SubscribeOptions } from "../events/feed.ts";
import type { SchemaContext } from "./context.ts";
import type { OperationInfo } from "./limits.ts";

/** Where a subscriber begins and what it lets through; throws what the caller did wrong. */
export type Follow = (
  args: Record<string, unknown>,
  context: SchemaContext,
  info: OperationInfo,
) => Promise<Omit<SubscribeOptions, "signal">>;

/** Name of the extension of a subscription field whose source is the feed and nothing else. */
export const FOLLOWS_FEED = "followsFeed";

/**
 * The iterable that `open` gives; returning from it aborts the signal. A generator that waits for the
 * next event cannot be ended from outside, so it has to watch the signal.
 */
export function abortable<T>(
  open: (signal: AbortSignal) => AsyncIterable<T>,
): AsyncIterableIterator<T> {
  const controller = new AbortController();
  const iterator = open(controller.signal)[Symbol.asyncIterator]();
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => iterator.next(),
    return: async () => {
      controller.abort();
      await iterator.return?.();
      return { done: true, value: undefined };
    },
  };
}
