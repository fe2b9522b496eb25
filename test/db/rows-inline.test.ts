/** What lists, searches and facets read of a model is in its row, not in the table beside for long values. */
import { getColumns, sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { models } from "../../src/db/tables.ts";
import { useCatalog } from "../schema/catalog.ts";

const catalog = useCatalog();

/** Read whole, by pages of few models. */
const LONG = ["architecture", "description", "fact_sources", "issues", "memory_profile"];

it("keeps names, words, modalities and figures in the row", async () => {
  const names = Object.values(getColumns(models)).map(({ name }) => name);
  const short = names.filter((name) => !LONG.includes(name));
  const isLong = sql.join(
    short.map((name) => sql`(pg_column_toast_chunk_id(${sql.identifier(name)}) is not null)::int`),
    sql` + `,
  );
  const rows = await catalog.db.execute(sql`select slug from models where ${isLong} > 0`);
  expect(rows).toEqual([]);
});
