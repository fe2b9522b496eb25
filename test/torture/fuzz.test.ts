/** A few hundred random questions; `npm run torture` asks ten thousand. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { useTestDatabase } from "../helpers/database.ts";
import { tortureByFuzzing } from "./fuzz/run.ts";
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

it("random questions are answered as the schema promises", { timeout: 180_000 }, async () => {
  const fuzzed = { url: served.url, databaseUrl: database.url, models: MODELS };
  const effort = { rounds: 1, minutes: 0, seed: 7, say: silent };
  const rows = await tortureByFuzzing(fuzzed, 300, effort);
  const broken = rows.filter(({ verdict }) => verdict !== "held");
  expect(broken.map(({ fault, note }) => `${fault}: ${note}`)).toEqual([]);
});
