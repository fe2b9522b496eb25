/**
 * A subscriber that does what clients are told to: it keeps the number of the last event and asks for
 * what comes after whenever its stream ends, for whatever reason.
 */
import { setTimeout as sleep } from "node:timers/promises";

export interface Subscriber {
  /** Numbers in the order they came, from the first to the last. */
  numbers: number[];
  /** How often the stream had to be opened. */
  opened(): number;
  close(): Promise<void>;
}

/** Follows the log from its beginning, or from the number that was seen last. */
export function subscribe(url: string, after = 0): Subscriber {
  const numbers: number[] = [];
  const leaving = new AbortController();
  let opened = 0;
  const following = (async () => {
    while (!leaving.signal.aborted) {
      opened++;
      await follow(url, numbers.at(-1) ?? after, numbers, leaving.signal).catch(() => {});
      await sleep(100, undefined, { signal: leaving.signal }).catch(() => {});
    }
  })();
  return {
    numbers,
    opened: () => opened,
    async close() {
      leaving.abort();
      await following;
    },
  };
}

async function follow(url: string, after: number, numbers: number[], signal: AbortSignal) {
  const query = `subscription { catalogUpdated(after: ${after}) { number } }`;
  const response = await fetch(`${url}/graphql?${new URLSearchParams({ query })}`, {
    headers: { accept: "text/event-stream" },
    signal,
  });
  let pending = "";
  for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
    const parts = (pending + text).split("\n\n");
    pending = parts.pop() ?? "";
    for (const part of parts) {
      const number = /"number":(\d+)/.exec(part)?.[1];
      if (number) numbers.push(Number(number));
    }
  }
}

/** How many of 1 to `last` are missing, and how many came twice or out of order. */
export function audit(numbers: number[], last: number): { lost: number; doubled: number } {
  const distinct = new Set(numbers);
  let disorder = 0;
  for (let index = 1; index < numbers.length; index++) {
    if (numbers[index]! <= numbers[index - 1]!) disorder++;
  }
  return {
    lost: last - [...distinct].filter((number) => number >= 1 && number <= last).length,
    doubled: disorder,
  };
}
