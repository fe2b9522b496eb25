/**
 * Ends a feed when its subscriber leaves. A generator that waits for the next event cannot be ended
 * from outside, so leaving aborts the signal that it watches.
 */

/** The iterable that `open` gives; returning from it aborts the signal. */
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
