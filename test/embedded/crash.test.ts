/** Starts after something was killed: the process that used the server, or the server itself. */
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { inspectProcess } from "../../src/db/embedded/process.ts";
import { onServer } from "../helpers/database.ts";
import { serverPid, start, startElsewhere, useStoppedHome } from "./support.ts";

const stopped = useStoppedHome();
const addRow = "drop table if exists kept; create table kept (n int); insert into kept values (1)";
const countRows = "select count(*)::int as rows from kept";

test("a server orphaned by kill -9 of its starter is adopted with its data, and stopped", async () => {
  const home = stopped.path;
  const other = await startElsewhere(home);
  await onServer(other.url, (sql) => sql.unsafe(addRow));
  const orphan = serverPid(home);
  // The whole group, as a closing terminal does it: the server must not be part of the group.
  process.kill(-other.child.pid!, "SIGKILL");
  const server = await start(home);
  expect(server).toMatchObject({ adopted: true, url: other.url });
  expect(await onServer(server.url, (sql) => sql.unsafe(countRows))).toMatchObject([{ rows: 1 }]);
  await server.stop();
  expect(inspectProcess(orphan)).toBeNull();
});

test("Ctrl-C in the terminal does not reach the server before its user has finished", async () => {
  const home = stopped.path;
  const other = await startElsewhere(home);
  process.kill(-other.child.pid!, "SIGINT");
  await sleep(300);
  expect(await onServer(other.url, (sql) => sql`select 1 as up`)).toMatchObject([{ up: 1 }]);
  const pid = serverPid(home);
  await other.stop();
  expect(inspectProcess(pid)).toBeNull();
});

test("kill -9 of the server loses no committed row", async () => {
  const home = stopped.path;
  const first = await start(home, { durable: true });
  await onServer(first.url, (sql) => sql.unsafe(addRow));
  process.kill(serverPid(home), "SIGKILL");
  const second = await start(home, { durable: true });
  expect(second.adopted).toBe(false);
  expect(await onServer(second.url, (sql) => sql.unsafe(countRows))).toMatchObject([{ rows: 1 }]);
});

test.runIf(existsSync("/proc/self/stat"))(
  "a killed server that stays a zombie does not block the next start",
  async () => {
    const home = stopped.path;
    const other = await startElsewhere(home);
    const zombie = serverPid(home);
    // A stopped parent cannot take note of its child's end.
    other.child.kill("SIGSTOP");
    process.kill(zombie, "SIGKILL");
    const server = await start(home);
    expect(server.adopted).toBe(false);
    expect(readFileSync(`/proc/${zombie}/stat`, "utf8")).toMatch(/\) Z /);
    expect(await onServer(server.url, (sql) => sql`select 1 as up`)).toMatchObject([{ up: 1 }]);
    await other.kill();
  },
);
