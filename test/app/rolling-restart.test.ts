/** Two API processes replaced one after the other under load: every request is answered. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeRecords } from "../../src/db/catalog.ts";
import { connect } from "../../src/db/client.ts";
import { startBalancer } from "../helpers/balancer.ts";
import { useTestDatabase } from "../helpers/database.ts";
import { type RunningPlimsoll, startPlimsoll } from "../helpers/plimsoll.ts";
import { modelRecord } from "../helpers/records.ts";

const CLIENTS = 6;
const database = useTestDatabase();
let running: RunningPlimsoll[] = [];

beforeAll(async () => {
  const { db, close } = connect({ url: database.url });
  await writeRecords(db, "test", [modelRecord("acme/rocket")]);
  await close();
});
afterAll(async () => {
  for (const one of running) await one.stop("SIGKILL");
});

const start = () =>
  startPlimsoll({ DATABASE_URL: database.url, SHUTDOWN_DELAY_MS: "1000" }, "serve");

it("answers every request", { timeout: 120_000 }, async () => {
  const balancer = await startBalancer();
  running = await Promise.all([start(), start()]);
  const balance = () => balancer.setTargets(running.map(({ url }) => url));
  balance();
  await expect.poll(() => balancer.ready().length, { timeout: 20_000 }).toBe(2);

  const answers = new Map<string, number>();
  let stopped = false;
  let asked = 0;
  const client = async () => {
    while (!stopped) {
      // Each question is new, so that none is answered from memory.
      const query = `{ n${asked++}: models { nodes { name } } }`;
      const response = await fetch(`${balancer.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ query }),
      });
      const { data } = (await response.json().catch(() => ({}))) as { data?: object };
      const outcome = `${response.status}${data ? "" : " without data"}`;
      answers.set(outcome, (answers.get(outcome) ?? 0) + 1);
    }
  };
  const load = Promise.all(Array.from({ length: CLIENTS }, client));

  for (const index of [0, 1]) {
    const code = await running[index]!.stop("SIGTERM");
    expect(code).toBe(0);
    running[index] = await start();
    balance();
    await expect.poll(() => balancer.ready().length, { timeout: 20_000 }).toBe(2);
    await sleep(200);
  }
  stopped = true;
  await load;
  await balancer.close();
  expect([...answers.keys()]).toEqual(["200"]);
  expect(answers.get("200")).toBeGreaterThan(CLIENTS);
});
