/** Counts of the log are exact as long as that is cheap; beyond it they are estimates that say so. */
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Connection, connect } from "../../src/db/client.ts";
import { countEvents } from "../../src/db/event-count.ts";
import { catalogEvents } from "../../src/db/tables.ts";
import { useTestDatabase } from "../helpers/database.ts";

const EVENTS = 30_000;
const FORGOTTEN = 1_000;
/** Every third is an update, every thousandth a failure. */
const UPDATES = EVENTS / 3;
const BOUND = 20_000;

const database = useTestDatabase();
let connection: Connection;
beforeAll(async () => {
  connection = connect({ url: database.url });
  await connection.db.execute(sql`insert into catalog_events
      (number, kind, source_id, message, changes)
    select ${FORGOTTEN}::int + i, case when i % 1000 = 0 then 'SOURCE_FAILED'
        when i % 3 = 0 then 'MODEL_UPDATED' else 'MODEL_ADDED' end, 'test', '', '[]'
    from generate_series(1, ${EVENTS}) as i`);
  await connection.db.execute(sql`analyze catalog_events`);
});
afterAll(() => connection.close());

const ofKind = (kind: "MODEL_UPDATED" | "SOURCE_FAILED") => eq(catalogEvents.kind, kind);

it("counts all that are kept, from any number on, without looking at them", async () => {
  const all = async (after: number) =>
    (await countEvents(connection.db, after, undefined, 0)).value;
  expect(await all(0)).toBe(EVENTS);
  expect(await all(FORGOTTEN + 10)).toBe(EVENTS - 10);
  expect(await all(FORGOTTEN + EVENTS)).toBe(0);
  expect(await all(FORGOTTEN + EVENTS + 5)).toBe(0);
});

it("counts a short log exactly", async () => {
  const count = await countEvents(connection.db, 0, ofKind("MODEL_UPDATED"), EVENTS);
  // Every three thousandth would be one, and is a failure.
  expect(count).toEqual({ value: UPDATES - EVENTS / 3000, isEstimate: false });
});

it("estimates many of a long one, within a tenth, and counts few exactly", async () => {
  const { value, isEstimate } = await countEvents(connection.db, 0, ofKind("MODEL_UPDATED"), BOUND);
  expect(isEstimate).toBe(true);
  expect(Math.abs(value / UPDATES - 1)).toBeLessThan(0.1);
  const few = await countEvents(connection.db, 0, ofKind("SOURCE_FAILED"), BOUND);
  expect(few).toEqual({ value: EVENTS / 1000, isEstimate: false });
});

it("counts an empty log", async () => {
  const rest = await countEvents(connection.db, FORGOTTEN + EVENTS, ofKind("SOURCE_FAILED"));
  expect(rest).toEqual({ value: 0, isEstimate: false });
});
