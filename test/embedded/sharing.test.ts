/** Several users of one home, and ports that others hold. */
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { serverAccount } from "../../src/db/embedded/account.ts";
import { provideBinaries } from "../../src/db/embedded/binaries.ts";
import { readPassword } from "../../src/db/embedded/data-folder.ts";
import { findFreePort } from "../../src/db/embedded/launch.ts";
import { obtainServer } from "../../src/db/embedded/obtain.ts";
import { inspectProcess } from "../../src/db/embedded/process.ts";
import { stopServer } from "../../src/db/embedded/stop.ts";
import { silentLog } from "../../src/log.ts";
import { onServer } from "../helpers/database.ts";
import { serverPid, start, startElsewhere, temporaryHome, useStoppedHome } from "./support.ts";

const stopped = useStoppedHome();

test("processes that start at once on a new home share one server; the last one stops it", async () => {
  const home = await temporaryHome();
  const [here, other, another] = await Promise.all([
    start(home),
    startElsewhere(home),
    startElsewhere(home),
  ]);
  expect(new Set([here.url, other.url, another.url]).size).toBe(1);
  expect([here, other, another].filter((user) => user.adopted)).toHaveLength(2);
  const pid = serverPid(home);
  await here.stop();
  await other.stop();
  expect(await onServer(another.url, (sql) => sql`select 1 as up`)).toMatchObject([{ up: 1 }]);
  await another.stop();
  expect(inspectProcess(pid)).toBeNull();
});

test("two starts at once in one process share one server", async () => {
  const home = stopped.path;
  const [one, two] = await Promise.all([start(home), start(home)]);
  expect(one.url).toBe(two.url);
  await one.stop();
  expect(await onServer(two.url, (sql) => sql`select 1 as up`)).toMatchObject([{ up: 1 }]);
});

test("a port that another program takes first is passed over", async () => {
  const home = stopped.path;
  const squatter = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void squatter.close());
  await once(squatter, "listening");
  const { port: taken } = squatter.address() as { port: number };
  const dataFolder = join(home, "postgres");
  const account = serverAccount(dataFolder);
  const binaries = await provideBinaries({ account, home, log: silentLog });
  const logFile = join(home, "postgres.log");
  const settings = { listen_addresses: "127.0.0.1", unix_socket_directories: "" };
  const plan = { binaries, account, dataFolder, logFile, settings };
  const ports = [taken, await findFreePort()];
  const server = await obtainServer(plan, readPassword(dataFolder), silentLog, async () => {
    return ports.shift() ?? findFreePort();
  });
  onTestFinished(() => stopServer({ pid: server.pid, dataFolder, binaries }, silentLog));
  expect(server.port).not.toBe(taken);
  expect(ports).toEqual([]);
});
