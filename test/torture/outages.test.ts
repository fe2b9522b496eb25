/** Each outage for a few seconds; `npm run torture` makes them last a minute. */
import { expect, it } from "vitest";
import { tortureByOutages } from "./outages/run.ts";
import { silent } from "./report.ts";

const SHORT = ["Postgres is not there", "Postgres is gone", "NOTIFY", "Postgres takes no writes"];

it("outages of Postgres pass without a restart or a lost event", { timeout: 180_000 }, async () => {
  const effort = { rounds: 1, minutes: 0, seed: 1, say: silent };
  const rows = await tortureByOutages(4, effort, SHORT);
  expect(rows).toHaveLength(SHORT.length);
  const broken = rows.filter(({ verdict }) => verdict !== "held");
  expect(broken).toEqual([]);
});
