/** The clock of the catalog: what it believes, what it asks, and that it never runs backwards. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { writeRecords } from "../../src/db/catalog.ts";
import { type Connection, connect } from "../../src/db/client.ts";
import { appendEvents } from "../../src/db/event-log.ts";
import {
  type CatalogClockSetter,
  type CatalogState,
  catalogState,
  createCatalogClock,
} from "../../src/events/catalog-clock.ts";
import { type EventFeed, openFeed } from "../../src/events/feed.ts";
import { silentLog } from "../../src/log.ts";
import { useTestDatabase } from "../helpers/database.ts";
import { modelRecord } from "../helpers/records.ts";

describe("the clock alone", () => {
  const at = (writes: number, logId = "log") => catalogState(writes, writes, logId);
  let clock: CatalogClockSetter;
  let stored: CatalogState;
  let read = vi.fn(async () => stored);

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
    stored = at(1);
    read = vi.fn(async () => stored);
    clock = createCatalogClock(read);
    clock.listening();
    return () => vi.useRealTimers();
  });

  it("asks once for any number of questions, then knows", async () => {
    expect(clock.peek()).toBeNull();
    const [first, second] = await Promise.all([clock.now(), clock.now()]);
    expect(first).toBe(second);
    expect(clock.peek()).toBe(first);
    expect(read).toHaveBeenCalledTimes(1);
  });

  it("waits two seconds for a database that does not even refuse, and asks it no second time", async () => {
    read = vi.fn(() => new Promise<CatalogState>(() => {}));
    clock = createCatalogClock(read);
    const late = [expect(clock.now()).rejects.toThrow("in time")];
    await vi.advanceTimersByTimeAsync(1_999);
    late.push(expect(clock.atLeast(1)).rejects.toThrow("in time"));
    await vi.advanceTimersByTimeAsync(2_000);
    await Promise.all(late);
    expect(read).toHaveBeenCalledTimes(1);
  });

  it("takes a notification's word", async () => {
    await clock.now();
    clock.heard(at(2));
    expect(clock.peek()).toEqual(at(2));
    expect(read).toHaveBeenCalledTimes(1);
  });

  it("is the same object until something changes", async () => {
    const first = await clock.now();
    clock.heard(at(1));
    await vi.advanceTimersByTimeAsync(1_500);
    expect(clock.peek()).toBe(first);
    await vi.advanceTimersByTimeAsync(1);
    expect(read).toHaveBeenCalledTimes(2);
    expect(clock.peek()).toBe(first);
  });

  it("finds by itself what no notification told", async () => {
    await clock.now();
    stored = at(2);
    await vi.advanceTimersByTimeAsync(1_100);
    clock.peek();
    await vi.advanceTimersByTimeAsync(1);
    expect(clock.peek()).toEqual(at(2));
  });

  it("does not believe what nobody confirmed for two seconds", async () => {
    await clock.now();
    stored = at(2);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(clock.peek()).toBeNull();
    expect(await clock.now()).toEqual(at(2));
  });

  it("believes nothing while it cannot listen", async () => {
    await clock.now();
    clock.deaf();
    expect(clock.peek()).toBeNull();
    stored = at(5);
    expect(await clock.now()).toEqual(at(5));
    expect(clock.peek()).toBeNull();
    clock.listening();
    expect(clock.peek()).toBeNull();
    expect(await clock.now()).toBe(clock.peek());
  });

  it("lets no older news end a doubt", async () => {
    await clock.now();
    clock.doubt(); // we have just committed write 3
    clock.heard(at(2));
    expect(clock.peek()).toBeNull();
    stored = at(3);
    expect(await clock.now()).toEqual(at(3));
  });

  it("lets no look that began before a doubt end it", async () => {
    let answer = (_state: CatalogState) => {};
    read.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
    const early = clock.now();
    clock.doubt();
    answer(at(1));
    await early;
    expect(clock.peek()).toBeNull();
    stored = at(2);
    expect(await clock.now()).toEqual(at(2));
  });

  it("does not run backwards when a notification overtakes a look", async () => {
    let answer = (_state: CatalogState) => {};
    read.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
    const looking = clock.now();
    clock.heard(at(7));
    answer(at(6));
    expect(await looking).toEqual(at(7));
  });

  it("follows a database that was replaced or restored to an earlier state", async () => {
    stored = at(9);
    await clock.now();
    clock.listening(); // after the connection broke
    stored = at(4);
    expect(await clock.now()).toEqual(at(4));
    clock.heard(at(1, "another log"));
    expect(clock.peek()?.logId).toBe("another log");
  });

  it("says that it cannot say when the database cannot be asked", async () => {
    read.mockRejectedValue(new Error("gone"));
    await expect(clock.now()).rejects.toThrow("gone");
    expect(clock.peek()).toBeNull();
  });

  it("shows no state that a lagging replica has not reached", async () => {
    const lagging = createCatalogClock(read, { lagging: true });
    lagging.listening();
    await lagging.now();
    lagging.heard(at(2));
    expect(lagging.peek()).toBeNull();
    expect(await lagging.now()).toEqual(at(1));
    expect(lagging.peek()).toBeNull(); // so that the next question looks again
    stored = at(2);
    expect(await lagging.now()).toEqual(at(2));
    expect(lagging.peek()).toEqual(at(2));
  });

  it("is another object when others answer, though nothing was written", async () => {
    const before = await clock.now();
    clock.readersChanged();
    expect(clock.peek()).toBeNull();
    const after = await clock.now();
    expect(after).toEqual(before);
    expect(after).not.toBe(before);
  });

  it("waits for a version, and gives up with a code", async () => {
    await clock.now();
    const reached = clock.atLeast(2);
    await vi.advanceTimersByTimeAsync(300);
    stored = at(2);
    await vi.advanceTimersByTimeAsync(100);
    expect(await reached).toEqual(at(2));
    const missed = expect(clock.atLeast(3)).rejects.toMatchObject({
      code: "VERSION_NOT_REACHED",
      details: { asked: 3, reached: 2 },
    });
    await vi.advanceTimersByTimeAsync(2_100);
    await missed;
  });
});

describe("the clock over Postgres", () => {
  const database = useTestDatabase();
  let connection: Connection;
  let other: Connection;
  let feed: EventFeed;
  let queries = 0;

  beforeAll(async () => {
    const onQuery = () => {
      queries++;
    };
    connection = connect({ url: database.url, onQuery });
    other = connect({ url: database.url });
    feed = await openFeed({ db: connection.db, log: silentLog });
  });
  afterAll(async () => {
    await feed.close();
    await connection.close();
    await other.close();
  });

  it("knows at once what this process committed", async () => {
    const before = await feed.clock.now();
    await writeRecords(connection.db, "test", [modelRecord("example/Own-1B")]);
    expect((await feed.clock.now()).version).toBe(before.version + 1);
  });

  it("hears what others committed, told in an event or not, without asking", async () => {
    const before = await feed.clock.now();
    await other.db.transaction((tx) => appendEvents(tx, []));
    await vi.waitUntil(() => feed.clock.peek()?.writes === before.writes + 1);
    const event = { kind: "SOURCE_FAILED", sourceId: "test", message: "no answer" } as const;
    await other.db.transaction((tx) => appendEvents(tx, [event]));
    await vi.waitUntil(() => feed.clock.peek()?.version === before.version + 1);
    expect(feed.clock.peek()?.writes).toBe(before.writes + 2);
  });

  it("costs no query while it is fresh", async () => {
    await feed.clock.now();
    const before = queries;
    for (let index = 0; index < 100; index++) await feed.clock.now();
    expect(queries - before).toBeLessThanOrEqual(1); // a slow machine may confirm once
  });

  it("waits for a version that another process is about to commit", async () => {
    const { version } = await feed.clock.now();
    const reached = feed.clock.atLeast(version + 1);
    await writeRecords(other.db, "test", [modelRecord("example/Other-1B")]);
    expect((await reached).version).toBe(version + 1);
  });
});
