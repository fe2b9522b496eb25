/** Mutations and the page of the queue: off without a token, refused without the right one. */
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createCommands } from "../../src/app/commands.ts";
import { createQueueAccess } from "../../src/app/queue-access.ts";
import { readPastedConfig } from "../../src/app/read-config.ts";
import { readConfig } from "../../src/config.ts";
import { writeRecords } from "../../src/db/catalog.ts";
import { type Connection, connect } from "../../src/db/client.ts";
import { type EventFeed, openFeed } from "../../src/events/feed.ts";
import { silentLog as log } from "../../src/log.ts";
import { type RunningServer, startServer } from "../../src/server/index.ts";
import { useTestDatabase } from "../helpers/database.ts";
import { modelRecord } from "../helpers/records.ts";
import { answer, ask } from "./ask.ts";
import { BROWSER_FLAGS, findBrowser } from "./browser.ts";

const executablePath = findBrowser();
const TOKEN = "a-token-of-twenty-four-c";
const SYNC = `mutation { syncModel(huggingFaceId: "acme/wanted") }`;

const database = useTestDatabase();
let connection: Connection;
let feed: EventFeed;
let queue: ReturnType<typeof createQueueAccess>;
let open: RunningServer;
let closed: RunningServer;

beforeAll(async () => {
  connection = connect({ url: database.url });
  const { db } = connection;
  feed = await openFeed({ db, log });
  queue = createQueueAccess({ databaseUrl: database.url, redisUrl: null, log });
  await writeRecords(db, "hugging-face", [modelRecord("acme/rocket")]);
  const config = readConfig({});
  const commands = createCommands({ config, db, queue });
  const common = { host: "127.0.0.1", port: 0, db, feed, log, readConfig: readPastedConfig };
  const queueBoard = async (path: string) => (await queue.get()).board(path);
  open = await startServer({ ...common, commands, adminToken: TOKEN, queueBoard });
  closed = await startServer({ ...common, commands: null, adminToken: null, queueBoard });
});
afterAll(async () => {
  await open?.close();
  await closed?.close();
  await queue?.close();
  await feed?.close();
  await connection?.close();
});

async function mutate(query: string, authorization?: string) {
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (authorization) headers.authorization = authorization;
  const body = JSON.stringify({ query });
  return answer(await fetch(`${open.url}/graphql`, { method: "POST", headers, body }));
}

const codeOf = ({ body }: Awaited<ReturnType<typeof mutate>>) => body.errors?.[0]?.extensions?.code;

describe("a mutation", () => {
  it("is off where no token is configured", async () => {
    const { body } = await ask(closed.url, SYNC);
    expect(body.errors?.[0]?.extensions?.code).toBe("ADMIN_DISABLED");
  });

  it("needs the token, whole and by its scheme", async () => {
    for (const wrong of [undefined, "Bearer no", `Bearer ${TOKEN}x`, TOKEN, basic(TOKEN)]) {
      expect(codeOf(await mutate(SYNC, wrong))).toBe("UNAUTHENTICATED");
    }
  });

  it("is done for whoever has it", async () => {
    const { body } = await mutate(SYNC, `Bearer ${TOKEN}`);
    expect(body).toMatchObject({ data: { syncModel: "QUEUED" } });
    const again = await mutate(SYNC, `Bearer ${TOKEN}`);
    expect(again.body).toMatchObject({ data: { syncModel: "WAITING" } });
  });

  it("adds a measurement, which stands beside the estimate from then on", async () => {
    const add = (bytes: string) =>
      mutate(
        `mutation { addMeasurement(huggingFaceId: "acme/rocket", measurement: {
          engine: "llama.cpp", device: "RTX 4090", quant: "Q8_0", contextTokens: 2048, batch: 2,
          totalBytes: ${bytes}, url: "https://forum.example/1", measuredOn: "2026-01-31"
        }) }`,
        `Bearer ${TOKEN}`,
      );
    expect((await add("600000000")).body).toMatchObject({ data: { addMeasurement: true } });
    expect((await add("600000000")).body).toMatchObject({ data: { addMeasurement: false } });
    expect(codeOf(await add("6"))).toBe("BAD_USER_INPUT");
    const query = `{ model(slug: "rocket") { measurements { batch total { bytes } error { bytes } } } }`;
    const { body } = await ask(open.url, query);
    expect(body.data).toMatchObject({
      model: { measurements: [{ batch: 2, total: { bytes: 600_000_000 } }] },
    });
  });

  it("says what it does not know", async () => {
    const answered = await mutate(`mutation { syncSource(source: "nowhere") }`, `Bearer ${TOKEN}`);
    expect(codeOf(answered)).toBe("BAD_USER_INPUT");
    expect(answered.body.errors?.[0]?.message).toContain(`no source "nowhere"`);
  });

  it("is not run by GET, with the token or without", async () => {
    const url = `${open.url}/graphql?${new URLSearchParams({ query: SYNC })}`;
    const response = await fetch(url, { headers: { authorization: `Bearer ${TOKEN}` } });
    expect(response.status).toBe(405);
  });

  it("sets a record aside and lets it count again", async () => {
    const record = `source: "hugging-face", externalId: "acme/rocket"`;
    const names = async () => {
      const { body } = await ask(open.url, "{ models { totalCount } }");
      return (body.data as { models: { totalCount: number } }).models.totalCount;
    };
    expect(await names()).toBe(1);
    const aside = `mutation { quarantine(${record}, reason: "wrong sizes") }`;
    expect((await mutate(aside, `Bearer ${TOKEN}`)).body.data).toEqual({ quarantine: true });
    expect(await names()).toBe(0);
    const release = `mutation { releaseQuarantine(${record}) }`;
    expect((await mutate(release, `Bearer ${TOKEN}`)).body.data).toEqual({
      releaseQuarantine: true,
    });
    expect(await names()).toBe(1);
  });

  it("pauses the workers and lets them go on", async () => {
    await mutate("mutation { pauseIngestion }", `Bearer ${TOKEN}`);
    expect(await (await queue.get()).isPaused()).toBe(true);
    await mutate("mutation { resumeIngestion }", `Bearer ${TOKEN}`);
    expect(await (await queue.get()).isPaused()).toBe(false);
  });
});

describe("the page of the queue", () => {
  const page = (server: RunningServer, headers: Record<string, string> = {}, path = "") =>
    fetch(`${server.url}/admin/queues${path}`, { headers });

  it("is not there where no token is configured", async () => {
    expect((await page(closed)).status).toBe(404);
  });

  it("asks for the token", async () => {
    const response = await page(open);
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toMatch(/^Basic /);
    expect((await page(open, { authorization: basic("wrong") })).status).toBe(401);
  });

  it("is shown to whoever has it, with the jobs", async () => {
    const response = await page(open, { authorization: basic(TOKEN) });
    expect(response.status).toBe(200);
    expect(response.headers.get("x-frame-options")).toBe("DENY");
    expect(await response.text()).toContain("<title>Plimsoll</title>");
    const jobs = await page(open, { authorization: `Bearer ${TOKEN}` }, "/api/queues");
    expect(await jobs.json()).toMatchObject({ queues: [{ name: "plimsoll-ingest" }] });
  });

  it.skipIf(executablePath === null)(
    "works in a browser under its policy",
    async () => {
      const browser = await chromium.launch({
        executablePath: executablePath!,
        args: BROWSER_FLAGS,
      });
      onTestFinished(() => browser.close());
      const httpCredentials = { username: "admin", password: TOKEN };
      const page = await browser.newPage({ httpCredentials });
      const blocked: string[] = [];
      page.on("console", (message) => {
        if (message.type() === "error") blocked.push(message.text());
      });
      await page.goto(`${open.url}/admin/queues`);
      await page.getByText("plimsoll-ingest").first().waitFor();
      // It asks for fonts of another host, which its policy keeps away; it works without.
      expect(blocked.filter((text) => !text.includes("fonts.googleapis.com"))).toEqual([]);
    },
    60_000,
  );

  it("does nothing that another site made the browser ask", async () => {
    const headers = { authorization: basic(TOKEN), "sec-fetch-site": "cross-site" };
    expect((await page(open, headers)).status).toBe(401);
  });
});

function basic(password: string): string {
  return `Basic ${Buffer.from(`admin:${password}`).toString("base64")}`;
}
