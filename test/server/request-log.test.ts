/** What a request leaves in the log, and what never gets there. */
import { expect, it, onTestFinished } from "vitest";
import { createLog } from "../../src/log.ts";
import { serve } from "../../src/server/server.ts";
import { tinyFeed, tinyOptions, tinySchema } from "./tiny.ts";

function capture() {
  const lines: string[] = [];
  const write = (line: string | Uint8Array) => lines.push(String(line)) > 0;
  const log = createLog("info", { isTTY: false, write } as unknown as NodeJS.WriteStream);
  return { lines, log };
}

async function start() {
  const { lines, log } = capture();
  const server = await serve(tinySchema, { ...tinyOptions(tinyFeed(), log), logRequests: true });
  onTestFinished(() => server.close());
  const entries = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const get = (headers: Record<string, string>) =>
    fetch(`${server.url}/graphql?query={version}`, {
      headers: { accept: "application/json", ...headers },
    });
  return { lines, entries, get };
}

it("is one line with the caller's id, which is also in the answer", async () => {
  const { entries, get } = await start();
  const response = await get({ "x-request-id": "abc-1" });
  expect(response.headers.get("x-request-id")).toBe("abc-1");
  await response.text();
  await expect
    .poll(entries)
    .toMatchObject([
      { requestId: "abc-1", method: "GET", path: "/graphql", status: 200, msg: "request" },
    ]);
});

it("has a new id where the caller gave none, or one that could be something else", async () => {
  const { entries, get } = await start();
  for (const headers of [{}, { "x-request-id": "a b" }, { "x-request-id": "x".repeat(200) }]) {
    const response = await get(headers as Record<string, string>);
    expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    await response.text();
  }
  await expect.poll(() => entries().length).toBe(3);
});

it("never holds a token, nor a password inside an address", async () => {
  const { lines, get } = await start();
  await (await get({ authorization: "Bearer s3cret-token" })).text();
  await expect.poll(() => lines.length).toBe(1);
  const { log, lines: own } = capture();
  const url = "postgres://plimsoll:s3cret@db.internal/plimsoll";
  log.error({ err: new Error(`cannot reach ${url}`), config: { token: "s3cret" } }, url);
  expect([...lines, ...own].join("")).not.toContain("s3cret");
  expect(own[0]).toContain("postgres://plimsoll:…@db.internal");
});
