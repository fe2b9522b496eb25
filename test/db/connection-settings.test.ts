/** What a connection tells Postgres at its start; the driver leaves out settings that are 0 or false. */
import { expect, it } from "vitest";
import { connect } from "../../src/db/client.ts";
import { useTestDatabase } from "../helpers/database.ts";

const database = useTestDatabase();

it.each([
  ["jit", "off"],
  ["max_parallel_workers_per_gather", "0"],
  ["random_page_cost", "1.1"],
  ["statement_timeout", "7s"],
  ["pg_trgm.word_similarity_threshold", "0.4"],
])("%s is %s", async (name, value) => {
  const { db, close } = connect({ url: database.url, statementTimeoutMs: 7_000 });
  const [row] = await db.$client.unsafe(`select current_setting('${name}') as value`);
  await close();
  expect(row?.value).toBe(value);
});
