/** The feed when the connection that listens is cut, goes silent, or rings for nothing. */
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { expect, it, onTestFinished } from "vitest";
import { connect } from "../../src/db/client.ts";
import { appendEvents } from "../../src/db/event-log.ts";
import { catalogEvents, catalogState } from "../../src/db/tables.ts";
import { openFeed } from "../../src/events/feed.ts";
import { silentLog } from "../../src/log.ts";
import { useTestDatabase } from "../helpers/database.ts";
import { startFaultProxy } from "../helpers/fault-proxy.ts";

const database = useTestDatabase();

/** A feed behind a proxy, and a writer that reaches the database without it. */
async function start({ heartbeatMs = 60_000, pollMs = 600_000 }) {
  const proxy = await startFaultProxy(database.url);
  const behind = connect({ url: proxy.through(database.url) });
  const direct = connect({ url: database.url });
  const options = { log: silentLog, pollMs, heartbeatMs };
  const feed = await openFeed({ db: behind.db, ...options });
  onTestFinished(async () => {
    await proxy.set({ kind: "pass" });
    await feed.close();
    await behind.close();
    await direct.close();
    await proxy.close();
  });
  const append = (message: string) =>
    direct.db.transaction((tx) =>
      appendEvents(tx, [{ kind: "SOURCE_FAILED", sourceId: "test", message }]),
    );
  const leave = new AbortController();
  onTestFinished(() => leave.abort());
  const after = await feed.version();
  const stream = feed.subscribe({ after, signal: leave.signal })[Symbol.asyncIterator]();
  const next = async () => (await stream.next()).value?.message;
  return { proxy, direct, append, next };
}

it("listens again after its connection was cut, and tells what it missed", async () => {
  const { direct, append, next } = await start({});
  await append("heard");
  expect(await next()).toBe("heard");
  await direct.db.$client`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and query ilike 'listen%'`;
  await append("missed");
  expect(await next()).toBe("missed");
  await append("heard again");
  expect(await next()).toBe("heard again");
});

it("notices a connection that died without a word, and tells what it missed", async () => {
  const { proxy, append, next } = await start({ heartbeatMs: 300 });
  await append("heard");
  expect(await next()).toBe("heard");
  await proxy.set({ kind: "swallow" });
  await append("swallowed");
  const waiting = next();
  // New connections go through again; the old ones stay dead for ever and say nothing.
  await proxy.set({ kind: "pass" });
  expect(await waiting).toBe("swallowed");
  await append("heard again");
  expect(await next()).toBe("heard again");
});

it("finds by itself what no notification told", async () => {
  const { direct, next } = await start({ pollMs: 100 });
  const waiting = next();
  await direct.db.transaction(async (tx) => {
    const [state] = await tx
      .update(catalogState)
      .set({ lastEvent: sql`last_event + 1` })
      .returning();
    const event = { kind: "SOURCE_FAILED" as const, sourceId: "test", message: "told by nobody" };
    await tx.insert(catalogEvents).values({ ...event, number: state!.lastEvent, changes: [] });
  });
  expect(await waiting).toBe("told by nobody");
});

it("goes on after it looked for events while none could be read", async () => {
  const { proxy, append, next } = await start({ pollMs: 20 });
  await append("heard");
  expect(await next()).toBe("heard");
  await proxy.set({ kind: "refuse" });
  await append("missed");
  const waiting = next();
  // Several looks come to nothing.
  await sleep(200);
  await proxy.set({ kind: "pass" });
  expect(await waiting).toBe("missed");
});
