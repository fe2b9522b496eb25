/** Statements that come again are prepared, and never more of them than a connection can hold. */
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Connection, connect } from "../../src/db/client.ts";
import { createAdmission } from "../../src/db/prepared.ts";
import { useTestDatabase } from "../helpers/database.ts";

const LIFETIME_MS = 60_000;

describe("admission", () => {
  it("takes a statement the second time that it comes, and from then on", () => {
    const admit = createAdmission(LIFETIME_MS);
    expect([admit("a"), admit("b"), admit("a"), admit("a"), admit("b")]).toEqual([
      false,
      false,
      true,
      true,
      true,
    ]);
  });

  it("stops at a number of statements until connections are replaced", () => {
    let now = 0;
    const admit = createAdmission(LIFETIME_MS, () => now);
    const admitted = (prefix: string) => {
      const names = Array.from({ length: 1_000 }, (_, index) => `${prefix}${index}`);
      for (const name of names) admit(name);
      return names.filter((name) => admit(name)).length;
    };
    const first = admitted("first");
    expect(first).toBeGreaterThan(50);
    expect(first).toBeLessThan(1_000);
    expect(admitted("second")).toBe(0);
    expect(admit("first0")).toBe(true);
    now = LIFETIME_MS;
    expect(admitted("third")).toBe(first);
  });
});

describe("the pool", () => {
  const database = useTestDatabase();
  let connection: Connection;
  beforeAll(() => {
    connection = connect({ url: database.url, maxConnections: 1 });
  });
  afterAll(() => connection.close());

  const prepared = async (part: string) => {
    const rows = await connection.db.$client.unsafe(
      `select statement from pg_prepared_statements where statement like '%${part}%'
        and statement not like '%pg_prepared_statements%'`,
    );
    return rows.length;
  };

  it("plans what has a pattern among its values anew for each, though it is prepared", async () => {
    const ask = (pattern: string) =>
      connection.db.execute(
        sql`select slug from models where slug like ${pattern} /* patterned */`,
      );
    const times = 8;
    for (let time = 0; time < times; time++) await ask(`%${time}%`);
    const plans = await connection.db.execute(
      sql`select generic_plans::int as generic, custom_plans::int as custom
        from pg_prepared_statements where statement like ${"%patterned%"}`,
    );
    // The first is not known to come again.
    expect(plans).toEqual([{ generic: 0, custom: times - 1 }]);
  });

  it("prepares nothing that has a pattern written out, as the next has another", async () => {
    for (const _time of [1, 2, 3]) {
      await connection.db.execute(sql`select slug from models where slug like '%a%' /* written */`);
    }
    expect(await prepared("written")).toBe(0);
  });

  it("sends one prepared statement for a query that comes again with other values", async () => {
    const ask = (value: number) =>
      connection.db.execute<{ value: number }>(sql`select ${value}::int as value /* kept-one */`);
    for (const value of [1, 2, 3]) expect(await ask(value)).toEqual([{ value }]);
    expect(await prepared("kept-one")).toBe(1);
  });

  it("keeps the statement of a selection that comes again, one for each form of its condition", async () => {
    const { query } = connection.db;
    const selection = { organization: true } as const;
    const columns = { slug: true } as const;
    const select = { columns, with: selection };
    const byName = (name: string) => query.families.findFirst({ ...select, where: { name } });
    const bySlugs = (slugs: string[], limit: number) =>
      query.families.findMany({ ...select, where: { slug: { in: slugs } }, limit });
    for (const name of ["a", "b", "c", "d"]) expect(await byName(name)).toBeUndefined();
    for (const limit of [1, 2, 3, 4]) expect(await bySlugs(["a", "b"], limit)).toEqual([]);
    expect(await prepared('"organizations" as "d1"')).toBe(2);
  });
});
