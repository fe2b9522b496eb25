/** Root starts: Postgres refuses root, so another account runs it, wherever the home is. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { chmod, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { onServer } from "../helpers/database.ts";
import { isRoot, serverPid, start, temporaryHome, useStoppedHome } from "./support.ts";

describe.runIf(isRoot && process.platform === "linux")("as root", () => {
  const stopped = useStoppedHome();
  const uidOf = (pid: number) =>
    Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);

  test("the server runs as nobody, who owns the data", async () => {
    const home = stopped.path;
    const server = await start(home);
    const owner = await stat(server.dataFolder);
    expect(owner.uid).not.toBe(0);
    expect((owner.mode & 0o777).toString(8)).toBe("700");
    expect(uidOf(serverPid(home))).toBe(owner.uid);
    expect(readFileSync("/etc/passwd", "utf8")).toMatch(
      new RegExp(`^nobody:[^:]*:${owner.uid}:`, "m"),
    );
  });

  test("below a 0700 folder, the data stays in its home, over restarts, adoption and kill -9", async () => {
    const home = await temporaryHome();
    await chmod(home, 0o700);
    const first = await start(home, { durable: true });
    expect(first.dataFolder).toBe(join(home, "postgres"));
    await onServer(first.url, (sql) => sql.unsafe("create table kept as select 42 as answer"));
    const second = await start(home);
    expect(second.adopted).toBe(true);
    await first.stop();
    process.kill(serverPid(home), "SIGKILL");
    const third = await start(home);
    expect(third.adopted).toBe(false);
    expect(await onServer(third.url, (sql) => sql`select answer from kept`)).toMatchObject([
      { answer: 42 },
    ]);
  });

  test("an existing data folder is served by its owner", async () => {
    const home = stopped.path;
    const folder = join(home, "postgres");
    execFileSync("chown", ["-R", "12345:12345", folder]);
    onTestFinished(() => void execFileSync("chown", ["-R", "nobody", folder]));
    await start(home);
    expect(uidOf(serverPid(home))).toBe(12345);
  });
});
