/** `serve --workers`: several processes behind one port, of which one may die and all stop in order. */
import { spawnSync } from "node:child_process";
import { afterAll, expect, it } from "vitest";
import { useTestDatabase } from "../helpers/database.ts";
import { ask, type RunningPlimsoll, startPlimsoll } from "../helpers/plimsoll.ts";

const database = useTestDatabase();
let running: RunningPlimsoll | null = null;
afterAll(() => running?.stop("SIGKILL"));

/** Processes that were started by another. */
function children(pid: number): number[] {
  const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
  const pairs = stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  return pairs.filter(([, parent]) => parent === pid).map(([child]) => child!);
}

it("answers by several processes, replaces one that died, adds their metrics up and stops", async () => {
  const variables = { DATABASE_URL: database.url, LOG_LEVEL: "error" };
  running = await startPlimsoll(variables, "serve", "--workers", "2");
  const { url, process: first } = running;
  const processes = children(first.pid!);
  expect(processes).toHaveLength(2);
  // A new connection each time, so that the two take turns.
  for (let n = 0; n < 6; n++) {
    const response = await fetch(`${url}/graphql?query={__typename}`, {
      headers: { connection: "close", accept: "application/json" },
    });
    expect(await response.json()).toMatchObject({ data: { __typename: "Query" } });
  }
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const count = /^plimsoll_graphql_answers_total\{.*answer="(?:hit|computed)"\} (\d+)$/gm;
  const sum = [...metrics.matchAll(count)].reduce((total, [, n]) => total + Number(n), 0);
  expect(sum).toBe(6);

  process.kill(processes[0]!, "SIGKILL");
  await expect.poll(() => children(first.pid!).includes(processes[0]!)).toBe(false);
  expect(await ask(url, "{ __typename }")).toEqual({ __typename: "Query" });
  await expect.poll(() => children(first.pid!).length, { timeout: 20_000 }).toBe(2);
  expect(running.errors()).toContain("an API process died");

  expect(await running.stop("SIGTERM")).toBe(0);
}, 90_000);

it("refuses a count that is none", async () => {
  const failed = startPlimsoll({ DATABASE_URL: database.url }, "serve", "--workers", "many");
  await expect(failed).rejects.toThrow("--workers many: it must be auto");
});
