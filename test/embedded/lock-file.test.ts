/** Starts over a postmaster.pid that an earlier server has left behind. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chown, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { onServer } from "../helpers/database.ts";
import { start, useStoppedHome } from "./support.ts";

const stopped = useStoppedHome();

/** Leaves a lock file that names the process of `pidFor`, as if that had been the server. */
async function leaveLock(
  pidFor: (owner: { uid: number; gid: number }) => number | Promise<number>,
): Promise<string> {
  const folder = join(stopped.path, "postgres");
  const lockFile = join(folder, "postmaster.pid");
  const server = await start(stopped.path);
  const lock = await readFile(lockFile, "utf8");
  await server.stop();
  const owner = await stat(folder);
  await writeFile(lockFile, lock.replace(/^\d+/, String(await pidFor(owner))), { mode: 0o600 });
  await chown(lockFile, owner.uid, owner.gid);
  return lockFile;
}

async function spawnSleeper(account: { uid?: number; gid?: number }) {
  const { uid, gid } = account;
  const child = spawn("sleep", ["600"], { uid, gid, stdio: "ignore" });
  await once(child, "spawn");
  return child;
}

async function expectStart() {
  const server = await start(stopped.path);
  expect(server.adopted).toBe(false);
  expect(await onServer(server.url, (sql) => sql`select 1 as up`)).toMatchObject([{ up: 1 }]);
}

test("a lock naming a process that is gone is taken over", async () => {
  await leaveLock(async () => {
    const child = await spawnSleeper({});
    child.kill();
    await once(child, "exit");
    return child.pid!;
  });
  await expectStart();
});

test("a lock naming another program of the server's account is taken over, the program left alone", async () => {
  let bystander: Awaited<ReturnType<typeof spawnSleeper>> | undefined;
  await leaveLock(async ({ uid, gid }) => {
    const child = await spawnSleeper({ uid, gid });
    onTestFinished(() => void child.kill());
    bystander = child;
    return child.pid!;
  });
  await expectStart();
  expect(bystander).toMatchObject({ exitCode: null, signalCode: null });
});

test("a lock naming this very process is taken over", async () => {
  await leaveLock(() => process.pid);
  await expectStart();
});

test("an empty lock left by a crash is taken over", async () => {
  const lockFile = await leaveLock(() => process.pid);
  await writeFile(lockFile, "");
  const minuteAgo = Date.now() / 1000 - 60;
  await utimes(lockFile, minuteAgo, minuteAgo);
  await expectStart();
});
