/**
 * The corpus of attacks, sent once: every one is answered or cut within a bounded time, with a code
 * where it is an error, and nobody else's answers change. Times are printed, not judged.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { useTestDatabase } from "../helpers/database.ts";
import { corpus } from "./attacks/index.ts";
import { MOST_MB, tortureByAttacks } from "./attacks/run.ts";
import { silent } from "./report.ts";
import { fillCatalog, type Served, serveDatabase } from "./served.ts";

const database = useTestDatabase();
let served: Served;

beforeAll(async () => {
  await fillCatalog(database.url, 60);
  served = await serveDatabase(database.url);
});
afterAll(() => served?.stop());

it("has at least 200 different attacks, each with a name of its own", () => {
  const names = corpus.map(({ category, name }) => `${category}: ${name}`);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  expect(names.length).toBeGreaterThanOrEqual(200);
});

it("is withstood", { timeout: 240_000 }, async () => {
  const effort = { rounds: 1, minutes: 0, seed: 1, say: silent };
  const { rows, p99Ms, memoryMb } = await tortureByAttacks(served, effort);
  console.info(
    `honest client: p99 ${p99Ms.alone} ms among others, ${p99Ms.attacked} ms under attack`,
  );
  const broken = rows.filter(({ verdict }) => verdict !== "held");
  expect(broken.map(({ fault, note }) => `${fault}: ${note}`)).toEqual([]);
  expect(memoryMb.most).toBeLessThan(MOST_MB);
  expect(served.program.child.exitCode).toBeNull();
});
