/** The end of a server: in order, by accident, and by force. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { provideBinaries } from "../../src/db/embedded/binaries.ts";
import { inspectProcess } from "../../src/db/embedded/process.ts";
import { stopServer } from "../../src/db/embedded/stop.ts";
import { type Log, silentLog } from "../../src/log.ts";
import { onServer } from "../helpers/database.ts";
import { serverPid, start, useStoppedHome } from "./support.ts";

const stopped = useStoppedHome();

test("stop ends the server although sessions are open, and may be called again", async () => {
  const home = stopped.path;
  const server = await start(home);
  const pid = serverPid(home);
  const session = onServer(server.url, (sql) => sql`select pg_sleep(60)`).catch(
    (error: { code?: string }) => error.code,
  );
  const sleepers = "select 1 from pg_stat_activity where wait_event = 'PgSleep'";
  await expect
    .poll(() => onServer(server.url, (sql) => sql.unsafe(sleepers)), { timeout: 10_000 })
    .toHaveLength(1);
  await Promise.all([server.stop(), server.stop()]);
  expect(inspectProcess(pid)).toBeNull();
  expect(["57P01", "CONNECTION_CLOSED"]).toContain(await session);
});

test("stop returns at once when the server has died, and the death is logged", async () => {
  const errors: unknown[] = [];
  const log: Log = Object.assign(Object.create(silentLog), {
    error: (_: object, message: string) => errors.push(message),
  });
  const home = stopped.path;
  const server = await start(home, { log });
  process.kill(serverPid(home), "SIGKILL");
  await expect.poll(() => errors).toEqual(["Postgres has ended by itself"]);
  const before = performance.now();
  await server.stop();
  expect(performance.now() - before).toBeLessThan(1000);
});

test.skipIf(process.platform === "win32")("a server that does not react is killed", async () => {
  const home = stopped.path;
  const server = await start(home);
  const pid = serverPid(home);
  process.kill(pid, "SIGSTOP");
  const binaries = await provideBinaries({ account: {}, home, log: silentLog });
  await stopServer({ pid, dataFolder: join(home, "postgres"), binaries }, silentLog, [
    { signal: "SIGINT", waitMs: 100 },
    { signal: "SIGKILL", waitMs: 5_000 },
  ]);
  expect(inspectProcess(pid)).toBeNull();
  await server.stop();
});
