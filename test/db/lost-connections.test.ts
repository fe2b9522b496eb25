/** Connections to Postgres that are lost or fall silent, and what the pool does then. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { type Connection, connect } from "../../src/db/client.ts";
import { opensslAvailable } from "../helpers/certificates.ts";
import { useTestDatabase } from "../helpers/database.ts";
import { type FaultProxy, startFaultProxy } from "../helpers/fault-proxy.ts";
import { startTlsPostgres } from "../helpers/own-postgres.ts";

const database = useTestDatabase();
let proxy: FaultProxy;
let connection: Connection;

beforeAll(async () => {
  proxy = await startFaultProxy(database.url);
  const url = proxy.through(database.url);
  connection = connect({ url, maxConnections: 1, statementTimeoutMs: 500 });
});
afterAll(async () => {
  await connection.close();
  await proxy.close();
});

const answers = () => connection.db.$client`select 1 as one`.then(([row]) => row?.one);

it("a transaction whose connection is cut ends with the reason, and the pool goes on", async () => {
  for (const how of ["by the server", "on the way", "while it waits"]) {
    const cut = connection.db.transaction(async (tx) => {
      const [row] = await tx.execute<{ pid: number }>("select pg_backend_pid() as pid");
      if (how === "by the server") await tx.execute(`select pg_terminate_backend(${row!.pid})`);
      if (how === "on the way") await proxy.set({ kind: "reset" });
      await proxy.set({ kind: "pass" });
      if (how === "while it waits") {
        setTimeout(() => void proxy.set({ kind: "reset" }), 50);
        await tx.execute("select pg_sleep(0.4)");
      }
      await tx.execute("select 1");
    });
    await expect(cut).rejects.toThrow();
    await proxy.set({ kind: "pass" });
    // The driver may tell the next statement once more what befell the last.
    await expect.poll(() => answers().catch(() => null)).toBe(1);
  }
});

it("a failure inside a transaction is rolled back and told as it is", async () => {
  const failing = connection.db.transaction(async (tx) => {
    await tx.execute("create table half_done (n int)");
    await tx.execute("select 1 / 0");
  });
  await expect(failing).rejects.toMatchObject({ cause: { code: "22012" } });
  const [row] = await connection.db.$client`select to_regclass('half_done') as found`;
  expect(row?.found).toBeNull();
});

it("a connection that fell silent is given up and its place is taken by another", async () => {
  expect(await answers()).toBe(1);
  await proxy.set({ kind: "swallow" });
  // 500 ms for the statement and 5 s of grace.
  await expect(answers()).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
  await proxy.set({ kind: "pass" });
  expect(await answers()).toBe(1);
});

it.skipIf(!opensslAvailable)(
  "a connection that fell silent over TLS is given up too",
  { timeout: 60_000 },
  async () => {
    const own = await startTlsPostgres();
    onTestFinished(() => own.close());
    const silent = await startFaultProxy(own.url);
    onTestFinished(() => silent.close());
    const url = `${silent.through(own.url)}?sslmode=require`;
    const { db, close } = connect({ url, maxConnections: 1, statementTimeoutMs: 500 });
    onTestFinished(() => close());
    const ask = () => db.$client`select ssl from pg_stat_ssl where pid = pg_backend_pid()`;
    expect(await ask()).toEqual([{ ssl: true }]);
    // Idle is not silent.
    await sleep(7_000);
    await silent.set({ kind: "swallow" });
    await expect(ask()).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
    await silent.set({ kind: "pass" });
    expect(await ask()).toEqual([{ ssl: true }]);
  },
);
