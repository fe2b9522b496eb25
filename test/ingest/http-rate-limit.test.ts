/** How announced rate limits are read, and how the budget spends them. */
import { expect, test } from "vitest";
import { parseRateLimit, RateBudget, retryAfterMs } from "../../src/ingest/http/rate-limit.ts";

const NOW = Date.parse("2026-03-01T00:00:00Z");
const limit = (remaining: number, resetSeconds: number) =>
  new Headers({ ratelimit: `"api";r=${remaining};t=${resetSeconds}` });

test("the header gives what is left and when it comes back", () => {
  expect(parseRateLimit('"api";r=499;t=120')).toEqual({ remaining: 499, resetSeconds: 120 });
  expect(parseRateLimit('"resolvers"; r=0; t=55')).toEqual({ remaining: 0, resetSeconds: 55 });
  expect(parseRateLimit("nonsense")).toBeNull();
  expect(parseRateLimit(null)).toBeNull();
});

test("Retry-After comes as seconds or as a date", () => {
  expect(retryAfterMs(new Headers({ "retry-after": "7" }), NOW)).toBe(7000);
  const date = new Headers({ "retry-after": "Sun, 01 Mar 2026 00:01:00 GMT" });
  expect(retryAfterMs(date, NOW)).toBe(60_000);
  expect(retryAfterMs(new Headers({ "retry-after": "soon" }), NOW)).toBeNull();
});

test("a limit asks for patience only when nothing is left", () => {
  expect(retryAfterMs(limit(3, 55), NOW)).toBeNull();
  expect(retryAfterMs(limit(0, 55), NOW)).toBe(56_000);
});

test("requests on their way count before their answers arrive", () => {
  const budget = new RateBudget();
  expect(budget.waitMs("hub", NOW)).toBe(0);
  budget.learn("hub", limit(2, 10), NOW);
  budget.spend("hub", NOW);
  budget.spend("hub", NOW);
  expect(budget.waitMs("hub", NOW)).toBe(11_000);
  expect(budget.waitMs("another", NOW)).toBe(0);
});

test("a late answer does not give back what was spent since", () => {
  const budget = new RateBudget();
  budget.learn("hub", limit(1, 10), NOW);
  budget.spend("hub", NOW);
  budget.learn("hub", limit(5, 10), NOW + 100);
  expect(budget.waitMs("hub", NOW + 100)).toBeGreaterThan(0);
});

test("a new window starts with what its first answer says", () => {
  const budget = new RateBudget();
  budget.learn("hub", limit(0, 10), NOW);
  const later = NOW + 11_000;
  expect(budget.waitMs("hub", later)).toBe(0);
  budget.spend("hub", later);
  budget.learn("hub", limit(499, 300), later);
  expect(budget.waitMs("hub", later)).toBe(0);
});
