/** The change feed: replay, live delivery, and numbers that never appear behind a reader. */
import { setMaxListeners } from "node:events";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Connection, connect } from "../../src/db/client.ts";
import { appendEvents, type NewEvent } from "../../src/db/event-log.ts";
import { type CatalogEvent, type EventFeed, openFeed } from "../../src/events/feed.ts";
import { silentLog } from "../../src/log.ts";
import { useTestDatabase } from "../helpers/database.ts";

const database = useTestDatabase();
let connection: Connection;
let feed: EventFeed;
const event = (message: string): NewEvent => ({ kind: "SOURCE_FAILED", sourceId: "test", message });
const append = (message: string) =>
  connection.db.transaction((tx) => appendEvents(tx, [event(message)]));

beforeAll(async () => {
  connection = connect({ url: database.url });
  feed = await openFeed({ db: connection.db, log: silentLog, pollMs: 60_000 });
});
afterAll(async () => {
  await feed.close();
  await connection.close();
});

/** Takes events until there are `n`, then leaves. */
async function take(n: number, options: { after?: number } = {}): Promise<CatalogEvent[]> {
  const leave = new AbortController();
  const taken: CatalogEvent[] = [];
  for await (const each of feed.subscribe({ ...options, signal: leave.signal })) {
    taken.push(each);
    if (taken.length === n) break;
  }
  leave.abort();
  return taken;
}

describe("the change feed", () => {
  it("replays what came after a number and goes on live, without gap or double", async () => {
    const start = await feed.version();
    await append("before 1");
    await append("before 2");
    const taking = take(4, { after: start });
    await append("after 1");
    await append("after 2");
    const messages = (await taking).map((each) => each.message);
    expect(messages).toEqual(["before 1", "before 2", "after 1", "after 2"]);
  });

  it("starts with what comes next when no number is given", async () => {
    await append("old");
    const leave = new AbortController();
    const live = feed.subscribe({ signal: leave.signal })[Symbol.asyncIterator]();
    const next = live.next();
    // The subscriber has read its position once a later append is certain to be new to it.
    await new Promise((resolve) => setTimeout(resolve, 200));
    await append("new");
    expect((await next).value.message).toBe("new");
    leave.abort();
  });

  it("never shows a number behind one already seen, when transactions commit out of order", async () => {
    const start = await feed.version();
    const gate = deferred();
    const appended = deferred();
    const first = connection.db.transaction(async (tx) => {
      await appendEvents(tx, [event("slow to commit")]);
      appended.resolve();
      await gate.promise;
    });
    await appended.promise;
    const second = append("quick");
    const seen = take(2, { after: start });
    await new Promise((resolve) => setTimeout(resolve, 200));
    gate.resolve();
    await Promise.all([first, second]);
    const events = await seen;
    expect(events.map((each) => each.number)).toEqual([start + 1, start + 2]);
    expect(events.map((each) => each.message)).toEqual(["slow to commit", "quick"]);
  });

  it("leaves no number behind when a transaction is rolled back", async () => {
    const start = await feed.version();
    const failing = connection.db.transaction(async (tx) => {
      await appendEvents(tx, [event("never happened")]);
      throw new Error("rolled back");
    });
    await expect(failing).rejects.toThrow("rolled back");
    await append("happened");
    expect((await take(1, { after: start }))[0]).toMatchObject({
      number: start + 1,
      message: "happened",
    });
  });

  it("filters by kind, and a subscriber that leaves ends at once", async () => {
    const leave = new AbortController();
    const filter = { kinds: ["MODEL_ADDED" as const] };
    const live = feed.subscribe({ after: 0, filter, signal: leave.signal })[Symbol.asyncIterator]();
    const next = live.next();
    setTimeout(() => leave.abort(), 100);
    expect((await next).done).toBe(true);
  });

  it("reads an event once for any number of subscribers", async () => {
    const statements: string[] = [];
    const counted = connect({ url: database.url, onQuery: (query) => statements.push(query) });
    const shared = await openFeed({ db: counted.db, log: silentLog });
    const leave = new AbortController();
    setMaxListeners(0, leave.signal);
    onTestFinished(async () => {
      leave.abort();
      await shared.close();
      await counted.close();
    });
    const after = await shared.version();
    statements.length = 0;
    const options = { after, signal: leave.signal };
    const streams = Array.from({ length: 200 }, () =>
      shared.subscribe(options)[Symbol.asyncIterator](),
    );
    const first = Promise.all(streams.map((stream) => stream.next()));
    await append("for all");
    const told = await first;
    expect(new Set(told.map(({ value }) => value.message))).toEqual(new Set(["for all"]));
    expect(statements).toEqual([]);
  });
});

function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
