/** The API with a login that may only read: it serves and follows the log, and cannot write. */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from "vitest";
import { writeRecords } from "../../src/db/catalog.ts";
import { connect } from "../../src/db/client.ts";
import { migrateDatabase } from "../../src/db/migrate.ts";
import { onServer, useTestDatabase, withDatabase } from "../helpers/database.ts";
import { dataOf } from "./fuzz/ask.ts";
import { readiness, until } from "./program.ts";
import { fillCatalog, madeUp, type Served, serveDatabase } from "./served.ts";
import { subscribe } from "./subscriber.ts";

const database = useTestDatabase();
const login = `reader_${randomBytes(6).toString("hex")}`;

/** The same database as another role. */
function as(role: string, url: string): string {
  const other = new URL(url);
  other.username = role;
  other.password = "a password of tests";
  return other.href;
}

describe("serve as a member of plimsoll_reader", { timeout: 60_000 }, () => {
  let served: Served;

  beforeAll(async () => {
    await fillCatalog(database.url, 5);
    await onServer(database.url, (sql) =>
      sql.unsafe(
        `create role ${login} login password 'a password of tests' in role plimsoll_reader`,
      ),
    );
    served = await serveDatabase(as(login, database.url));
  });
  afterAll(async () => {
    await served?.stop();
    await onServer(database.url, (sql) => sql.unsafe(`drop role if exists ${login}`));
  });

  it("is ready, answers and tells what happens", async () => {
    expect((await readiness(served.url)).ready).toBe(true);
    const { models } = await dataOf<{ models: { totalCount: number } }>(
      served.url,
      '{ models(first: 2) { totalCount nodes { slug } } search(text: "model") { words } sources { slug } }',
    );
    expect(models.totalCount).toBe(5);
    const subscriber = subscribe(served.url, 5);
    const { db, close } = connect({ url: database.url, maxConnections: 1 });
    onTestFinished(() => close());
    await writeRecords(db, "test", [madeUp(5)]);
    await until("the event", async () => (subscriber.numbers.includes(6) ? true : null), 15_000);
    await subscriber.close();
  });

  it("cannot write, make or read anything else", async () => {
    const attempt = (statement: string) =>
      onServer(as(login, database.url), (sql) => sql.unsafe(statement));
    for (const statement of [
      "update catalog_state set last_event = 0",
      "delete from models",
      "insert into organizations (slug, name) values ('x', 'x')",
      "truncate catalog_events",
      "create table public.mine (n int)",
      "drop table models",
      "select * from pg_authid",
      "copy models to program 'cat'",
    ]) {
      await expect(attempt(statement), statement).rejects.toMatchObject({ code: "42501" });
    }
  });
});

describe("a migration by a role that may make no roles", { timeout: 60_000 }, () => {
  it("goes through and leaves the rights to a superuser", async () => {
    const server = inject("postgresUrl");
    const owner = `owner_${randomBytes(6).toString("hex")}`;
    onTestFinished(async () => {
      await onServer(server, async (sql) => {
        await sql.unsafe(`drop database if exists ${owner} with (force)`);
        await sql.unsafe(`drop role if exists ${owner}`);
      });
    });
    await onServer(server, async (sql) => {
      await sql.unsafe(`create role ${owner} login password 'a password of tests' nocreaterole`);
      await sql.unsafe(`create database ${owner} owner ${owner}`);
    });
    const url = as(owner, withDatabase(server, owner));
    expect((await migrateDatabase(url)).at(-1)).toBeDefined();
    expect(await migrateDatabase(url)).toEqual([]);
  });
});
