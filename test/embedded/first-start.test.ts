/** What a start on an empty home makes, and what it keeps. */
import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { onServer } from "../helpers/database.ts";
import { start, startElsewhere, temporaryHome } from "./support.ts";

test("an empty home gets a UTF-8 database with trigrams, closed to all but its password", async () => {
  const home = await temporaryHome();
  const server = await start(home);
  expect(server).toMatchObject({ adopted: false, dataFolder: join(home, "postgres") });
  const [facts] = await onServer(
    server.url,
    (sql) => sql`
      select current_database() as name, pg_encoding_to_char(encoding) as encoding, datlocale as locale,
        similarity('mistral', 'ministral') > 0.3 as trigrams, lower('ÅÉ') as lower,
        current_setting('listen_addresses') as addresses,
        current_setting('unix_socket_directories') as sockets,
        (select count(*)::int from pg_hba_file_rules where auth_method <> 'scram-sha-256') as open_doors
      from pg_database where datname = current_database()`,
  );
  expect(facts).toEqual({
    name: "plimsoll",
    encoding: "UTF8",
    locale: "C.UTF-8",
    trigrams: true,
    lower: "åé",
    addresses: "127.0.0.1",
    sockets: "",
    open_doors: 0,
  });
  const password = await stat(join(home, "postgres", "plimsoll.password"));
  expect((password.mode & 0o777).toString(8)).toBe("600");
  const wrong = server.url.replace(/:[^:@]+@/, ":guess@");
  await expect(onServer(wrong, (sql) => sql`select 1`)).rejects.toMatchObject({ code: "28P01" });
});

test("data survives a restart with other settings, and nothing is left over from making the folder", async () => {
  const home = await temporaryHome();
  // As a start leaves it that was killed; no process can have this id.
  await mkdir(join(home, "postgres.new-999999999-0", "data"), { recursive: true });
  const first = await start(home, { durable: true });
  await onServer(first.url, (sql) => sql.unsafe("create table kept as select 42 as answer"));
  await first.stop();
  const second = await start(home, { durable: true, settings: { max_connections: "17" } });
  const [row] = await onServer(
    second.url,
    (sql) => sql`select answer, current_setting('max_connections') as connections from kept`,
  );
  expect(row).toEqual({ answer: 42, connections: "17" });
  await second.stop();
  expect((await readdir(home)).sort()).toEqual(["postgres", "postgres.log", "postgres.users"]);
  expect(await readdir(join(home, "postgres.users"))).toEqual([]);
});

test("without LANG, and with PG variables of the user's, the database is the same", async () => {
  const other = await startElsewhere(await temporaryHome());
  const [facts] = await onServer(
    other.url,
    (sql) => sql`select current_setting('server_encoding') as encoding, lower('Ж') as lower`,
  );
  expect(facts).toEqual({ encoding: "UTF8", lower: "ж" });
  await other.stop();
});
