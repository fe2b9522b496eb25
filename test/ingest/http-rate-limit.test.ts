/** How announced rate limits are read, and how the budget spends them. */
import { expect, test } from "vitest";
import { PlimsollError } from "../../src/errors.ts";
import {
  type Announced,
  announcedIn,
  heldBack,
  LocalBudget,
} from "../../src/ingest/http/budget.ts";
import { statusFailure } from "../../src/ingest/http/failures.ts";
import { parseRateLimit, retryAfterMs } from "../../src/ingest/http/rate-limit.ts";

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

const announced = (remaining: number, resetSeconds: number): Announced =>
  announcedIn(limit(remaining, resetSeconds), 0)!;

test("requests on their way count before their answers arrive", async () => {
  const budget = new LocalBudget();
  expect(await budget.take("hub", NOW)).toBe(0);
  await budget.learn("hub", announced(2, 10), NOW);
  expect(await budget.take("hub", NOW)).toBe(0);
  expect(await budget.take("hub", NOW)).toBe(0);
  expect(await budget.take("hub", NOW)).toBe(11_000);
  expect(await budget.take("another", NOW)).toBe(0);
});

test("what an answer announces is less what left since it was made", () => {
  expect(announcedIn(limit(10, 5), 4)?.remaining).toBe(6);
  expect(announcedIn(limit(1, 5), 4)?.remaining).toBe(0);
  expect(announcedIn(new Headers(), 0)).toBeNull();
});

test("a late answer does not give back what was spent since", async () => {
  const budget = new LocalBudget();
  await budget.learn("hub", announced(1, 10), NOW);
  await budget.take("hub", NOW);
  await budget.learn("hub", announced(5, 10), NOW + 100);
  expect(await budget.take("hub", NOW + 100)).toBeGreaterThan(0);
});

test("a window without a policy starts with what its first answer says", async () => {
  const budget = new LocalBudget();
  await budget.learn("hub", announced(0, 10), NOW);
  const later = NOW + 11_000;
  expect(await budget.take("hub", later)).toBe(0);
  await budget.learn("hub", announced(499, 300), later);
  expect(await budget.take("hub", later)).toBe(0);
});

test("with a policy the next window is known before its first answer", async () => {
  const budget = new LocalBudget();
  await budget.learn("hub", { ...announced(0, 10), quota: 2, windowMs: 300_000 }, NOW);
  const later = NOW + 11_000;
  expect(await budget.take("hub", later)).toBe(0);
  // An answer of the old window that arrives now says nothing about the new one.
  await budget.learn("hub", announced(0, 1), later);
  expect(await budget.take("hub", later)).toBe(0);
  expect(await budget.take("hub", later)).toBe(300_000);
});

test("a 429 that says only for how long holds everybody back, up to an hour", async () => {
  const refusal = (status: number, headers: Record<string, string>) =>
    heldBack(statusFailure(status, new Headers(headers), "https://hub.example/x"));
  const budget = new LocalBudget();
  await budget.learn("hub", refusal(429, { "retry-after": "20" })!, NOW);
  expect(await budget.take("hub", NOW + 1000)).toBe(19_000);
  expect(await budget.take("hub", NOW + 20_000)).toBe(0);
  expect(refusal(429, { "retry-after": "999999999" })?.resetMs).toBe(3_600_000);
  expect(refusal(429, {})).toBeNull();
  expect(refusal(503, { "retry-after": "20" })).toBeNull();
  expect(heldBack(new PlimsollError("UPSTREAM_INVALID", "nonsense"))).toBeNull();
});
