/** Databases of earlier and of later releases, and what a back-up brings back. */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { migrateDatabase } from "../../src/db/migrate.ts";
import { createTestDatabase, onServer, withDatabase } from "../helpers/database.ts";
import { makeOldDatabase, releases, structureOf, upgrade } from "./upgrade.ts";

/** An empty database, gone after the test. */
async function emptyDatabase(name: string): Promise<string> {
  const server = inject("postgresUrl");
  const drop = async () => {
    await onServer(server, (sql) => sql.unsafe(`drop database if exists ${name} with (force)`));
  };
  await drop();
  await onServer(server, (sql) => sql.unsafe(`create database ${name}`));
  onTestFinished(drop);
  return withDatabase(server, name);
}

const known = await releases();

describe("a database of an earlier release", { timeout: 60_000 }, () => {
  it.each(known)("that ended at %s keeps every row", async (newest) => {
    const url = await emptyDatabase(`upgrade_from_${newest.slice(0, 14)}`);
    await makeOldDatabase(url, newest);
    const { rows, lost } = await upgrade(url);
    expect(rows).toBeGreaterThan(20);
    expect(lost).toEqual([]);
    const fresh = await createTestDatabase();
    onTestFinished(() => fresh.drop());
    expect(await structureOf(url)).toEqual(await structureOf(fresh.url));
  });
});

describe("a database of a newer release", () => {
  it("is refused with its name and left alone", async () => {
    const database = await createTestDatabase();
    onTestFinished(() => database.drop());
    await onServer(
      database.url,
      (sql) => sql`insert into drizzle.__drizzle_migrations (hash, created_at, name)
        values ('0', 0, '29990101000000_from_the_future')`,
    );
    const before = await structureOf(database.url);
    await expect(migrateDatabase(database.url)).rejects.toMatchObject({
      code: "DATABASE_UNAVAILABLE",
      retryable: false,
      message: expect.stringMatching(/newer release.*29990101000000_from_the_future/),
    });
    expect(await structureOf(database.url)).toEqual(before);
  });
});

/** Major version of the `pg_dump` on the path and of the server; a dump needs the former to be as new. */
const dumpMajor = Number(
  /(\d+)/.exec(spawnSync("pg_dump", ["--version"], { encoding: "utf8" }).stdout ?? "")?.[1] ?? 0,
);
const [server] = await onServer(
  inject("postgresUrl"),
  (sql) => sql`select current_setting('server_version_num')::int / 10000 as major`,
);
const canDump = dumpMajor >= server!.major;
if (!canDump) {
  console.info(
    `Back-up is not tested: pg_dump ${dumpMajor || "is absent"}, the server is ${server!.major}.`,
  );
}

describe("a back-up by pg_dump", () => {
  it.skipIf(!canDump)("brings back every row and the same tables", async () => {
    const source = await emptyDatabase("backup_source");
    await makeOldDatabase(source, known.at(-1)!);
    const folder = await mkdtemp(join(tmpdir(), "plimsoll-backup-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, "plimsoll.dump");
    const run = (program: string, ...args: string[]) => {
      const { status, stderr } = spawnSync(program, args, { encoding: "utf8" });
      expect({ status, stderr }).toMatchObject({ status: 0 });
    };
    run("pg_dump", "--format=custom", `--file=${file}`, source);
    const target = await emptyDatabase("backup_target");
    run("pg_restore", "--no-owner", `--dbname=${target}`, file);
    expect(await structureOf(target)).toEqual(await structureOf(source));
    expect((await upgrade(target)).rows).toBeGreaterThan(20);
  });
});
