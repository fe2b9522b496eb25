/** Load for some seconds: no error, no lost event. Memory and p99 are printed, not judged, so short. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { useTestDatabase } from "../helpers/database.ts";
import { tortureByLoad } from "./load.ts";
import { silent } from "./report.ts";
import { fillCatalog, type Served, serveDatabase } from "./served.ts";

const MODELS = 60;
const database = useTestDatabase();
let served: Served;

beforeAll(async () => {
  await fillCatalog(database.url, MODELS);
  served = await serveDatabase(database.url);
});
afterAll(() => served?.stop());

it("answers everything and loses no event under load", { timeout: 120_000 }, async () => {
  const effort = { rounds: 1, minutes: 0.2, seed: 1, say: silent };
  const row = await tortureByLoad(
    { served, databaseUrl: database.url, subscribers: 100, minutes: 0.2, models: MODELS },
    effort,
  );
  console.info(row.note);
  expect(row).toMatchObject({ lost: 0, doubled: 0, note: expect.stringContaining(" 0 failed") });
});
