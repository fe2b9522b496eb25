/**
 * Two API processes and two workers over one Postgres and one Redis, each killed in turn while changes
 * come in and ten subscribers leave and come back at random: every subscriber ends with exactly the log,
 * in order. `scripts/feed-under-fire.ts` runs the same at any size.
 */
import { expect, it } from "vitest";
import { feedUnderFire } from "../helpers/feed-under-fire.ts";
import { ownRedisAvailable } from "../helpers/queue-backends.ts";

it.skipIf(!ownRedisAvailable)(
  "every subscriber ends with exactly the log, whoever is killed",
  { timeout: 300_000 },
  async () => {
    const { log, seen, kills } = await feedUnderFire({ models: 150, subscribers: 10, seed: 1 });
    expect(kills).toEqual(["api 1", "worker 1", "api 2", "worker 2"]);
    expect(log).toEqual(Array.from({ length: log.length }, (_, index) => index + 1));
    expect(log.length).toBeGreaterThanOrEqual(150);
    for (const numbers of seen) expect(numbers).toEqual(log);
  },
);
