/** Each outage for a few seconds; `npm run torture` makes them last a minute. */
import { expect, it } from "vitest";
import { opensslAvailable } from "../helpers/certificates.ts";
import { ownRedisAvailable } from "../helpers/queue-backends.ts";
import { tortureByOutages } from "./outages/run.ts";
import { silent } from "./report.ts";

const OF_POSTGRES = [
  "Postgres is not there",
  "Postgres is gone",
  "NOTIFY",
  "Postgres takes no writes",
];

const OF_OTHERS = ["Redis is gone", "the Hub resets every connection"];

async function broken(seconds: number, faults: readonly string[]) {
  const effort = { rounds: 1, minutes: 0, seed: 1, say: silent };
  const rows = await tortureByOutages(seconds, effort, faults);
  expect(rows).toHaveLength(faults.length);
  return rows.filter(({ verdict }) => verdict !== "held");
}

it("outages of Postgres pass without a restart or a lost event", { timeout: 180_000 }, async () => {
  expect(await broken(4, OF_POSTGRES)).toEqual([]);
});

it.skipIf(!ownRedisAvailable || !opensslAvailable)(
  "outages of Redis and of the Hub pass without a restart or a lost event",
  { timeout: 180_000 },
  async () => {
    expect(await broken(4, OF_OTHERS)).toEqual([]);
  },
);
