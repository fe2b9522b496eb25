/** Starts that must not happen: each says what to do, and touches nothing. */
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findPostgresPackage } from "../../src/db/embedded/platform.ts";
import { start, temporaryHome, useStoppedHome } from "./support.ts";

const stopped = useStoppedHome();

/** Every file of a folder with its time and content. */
async function contentOf(folder: string): Promise<Record<string, string>> {
  const content: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const bytes = entry.isFile() ? await readFile(path, "base64") : "";
    content[path] = `${(await stat(path)).mtimeMs} ${bytes}`;
  }
  return content;
}

test("a data folder of another major version is refused by name and left as it is", async () => {
  const home = stopped.path;
  const folder = join(home, "postgres");
  await writeFile(join(folder, "PG_VERSION"), "15\n");
  onTestFinished(() => writeFile(join(folder, "PG_VERSION"), "18\n"));
  const before = await contentOf(folder);
  await expect(start(home)).rejects.toMatchObject({
    code: "DATABASE_UNAVAILABLE",
    message: expect.stringMatching(/made by PostgreSQL 15.*carries PostgreSQL 18.*DATABASE_URL/s),
  });
  expect(await contentOf(folder)).toEqual(before);
});

test("a folder with other things in it is refused and left as it is", async () => {
  const home = await temporaryHome();
  const folder = join(home, "postgres");
  await mkdir(folder);
  await writeFile(join(folder, "letter.txt"), "dear reader");
  if (process.getuid?.() === 0) {
    // Root's files are nobody's to run a server on, whatever they are.
    await expect(start(home)).rejects.toThrow(/belongs to root/);
  } else {
    await expect(start(home)).rejects.toThrow(/not a Postgres data folder.*PLIMSOLL_HOME/s);
  }
  expect(await readdir(folder)).toEqual(["letter.txt"]);
});

test("a data folder without its password file is refused by name", async () => {
  const file = join(stopped.path, "postgres", "plimsoll.password");
  await rename(file, `${file}.away`);
  onTestFinished(() => rename(`${file}.away`, file));
  await expect(start(stopped.path)).rejects.toThrow(/password file plimsoll\.password/);
});

test("a platform without programs is told of DATABASE_URL and docker compose", async () => {
  await expect(findPostgresPackage("freebsd", "x64")).rejects.toMatchObject({
    code: "DATABASE_UNAVAILABLE",
    message: expect.stringMatching(/freebsd-x64.*DATABASE_URL.*docker compose up/s),
  });
});

test("a setting the server does not know ends the start with the server's own words", async () => {
  const settings = { shared_buffers: "plenty" };
  await expect(start(stopped.path, { settings })).rejects.toMatchObject({
    code: "DATABASE_UNAVAILABLE",
    message: expect.stringContaining("shared_buffers"),
  });
});

test("a home that cannot be made is refused by name", async () => {
  const home = await temporaryHome();
  await writeFile(join(home, "file"), "");
  await expect(start(join(home, "file", "home"))).rejects.toMatchObject({
    code: "DATABASE_UNAVAILABLE",
    message: expect.stringContaining("PLIMSOLL_HOME"),
  });
});

test.runIf(existsSync("/proc/self"))(
  "a home where nothing can be made is refused, not tried for ever",
  async () => {
    await expect(start("/proc/plimsoll/home")).rejects.toMatchObject({
      code: "DATABASE_UNAVAILABLE",
      message: expect.stringContaining("PLIMSOLL_HOME"),
    });
  },
);
