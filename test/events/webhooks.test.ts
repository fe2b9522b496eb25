/** Webhooks: signed, in order, tried again, never lost, given up after long, and sent nowhere private. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { writeRecords } from "../../src/db/catalog.ts";
import { type Connection, connect } from "../../src/db/client.ts";
import { webhooks } from "../../src/db/tables.ts";
import { DISABLE_AFTER_MS, deliver, enrol } from "../../src/events/webhooks/deliver.ts";
import { readEndpoints } from "../../src/events/webhooks/endpoints.ts";
import { isPublicAddress, post } from "../../src/events/webhooks/post.ts";
import { useTestDatabase } from "../helpers/database.ts";
import { modelRecord } from "../helpers/records.ts";
import { endpointAt, SECRET, startReceiver } from "../helpers/webhooks.ts";

const database = useTestDatabase();
let connection: Connection;
beforeAll(() => {
  connection = connect({ url: database.url });
});
afterAll(() => connection.close());

const add = (...ids: string[]) =>
  writeRecords(
    connection.db,
    "test",
    ids.map((id) => modelRecord(id)),
  );

async function state(id: string) {
  const [row] = await connection.db.select().from(webhooks).where(eq(webhooks.id, id));
  return row!;
}

describe("delivery", () => {
  it("sends what is new in order, signed, with the event's number as id", async () => {
    const { url, received } = await startReceiver();
    const endpoint = endpointAt("plain", url, { organization: "hooks" });
    await add("hooks/before");
    await enrol(connection.db, [endpoint]);
    await add("hooks/first");
    await add("others/not-told", "hooks/second");
    await deliver(endpoint, connection);
    expect(received.map(({ body }) => JSON.parse(body).data.modelSlug)).toEqual([
      "first",
      "second",
    ]);
    for (const { headers, body } of received) {
      const told = new Webhook(SECRET).verify(body, headers) as {
        type: string;
        data: { number: number };
      };
      expect(told.type).toBe("MODEL_ADDED");
      expect(headers["webhook-id"]).toBe(String(told.data.number));
    }
    await deliver(endpoint, connection);
    expect(received.length).toBe(2);
  });

  it("tries an event again that was not taken, and goes on after it", async () => {
    const { url, received } = await startReceiver(500, 302);
    const endpoint = endpointAt("failing", url);
    await enrol(connection.db, [endpoint]);
    await add("hooks/third", "hooks/fourth");
    await expect(deliver(endpoint, connection)).rejects.toThrow("500");
    await expect(deliver(endpoint, connection)).rejects.toThrow("redirects are not followed");
    expect((await state("failing")).failingSince).not.toBeNull();
    await deliver(endpoint, connection);
    const ids = received.map(({ headers }) => Number(headers["webhook-id"]));
    expect(ids).toEqual([ids[0], ids[0], ids[0], ids[0]! + 1]);
    expect(await state("failing")).toMatchObject({ failingSince: null, lastError: null });
  });

  it("gives an endpoint up that failed for days, and at once one that says it is gone", async () => {
    const { url, received } = await startReceiver(500, 500, 410);
    const endpoint = endpointAt("dead", url);
    await enrol(connection.db, [endpoint]);
    await add("hooks/fifth");
    await expect(deliver(endpoint, connection)).rejects.toThrow("500");
    const now = () => Date.now() + DISABLE_AFTER_MS + 60_000;
    await expect(deliver(endpoint, { ...connection, now })).rejects.toThrow("500");
    expect((await state("dead")).disabledAt).not.toBeNull();
    await deliver(endpoint, connection);
    expect(received.length).toBe(2);

    // A worker that starts anew tries again.
    await enrol(connection.db, [endpoint]);
    await expect(deliver(endpoint, connection)).rejects.toThrow("410");
    expect(await state("dead")).toMatchObject({ lastError: "It answered with 410." });
    expect((await state("dead")).disabledAt).not.toBeNull();
  });
});

describe("the address of an endpoint", () => {
  it("has to be public, however it is written", () => {
    const inside = [
      ...["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"],
      ...["0.0.0.0", "224.0.0.1", "::1", "::", "fe80::1", "fd00::1", "::ffff:127.0.0.1"],
      ...["64:ff9b::7f00:1", "nonsense"],
    ];
    expect(inside.filter(isPublicAddress)).toEqual([]);
    expect(["93.184.215.14", "2606:2800:21f:cb07::1"].every(isPublicAddress)).toBe(true);
  });

  it("is looked at when it is connected to, for names and for addresses", async () => {
    const { url, received } = await startReceiver();
    const rest = { headers: {}, body: "{}", anywhere: false };
    const { port } = new URL(url);
    for (const host of ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433"]) {
      await expect(post({ ...rest, url: `http://${host}:${port}/` })).rejects.toThrow(
        "is not a public address",
      );
    }
    expect(received).toEqual([]);
  });

  it("does not hold a worker up: an answer that never comes is given up", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void silent.close().closeAllConnections());
    const { port } = silent.address() as AddressInfo;
    const rest = { headers: {}, body: "{}", anywhere: true, timeoutMs: 200 };
    await expect(post({ ...rest, url: `http://127.0.0.1:${port}/` })).rejects.toThrow("in time");
  });
});

it("a file with mistakes is refused by their places, without a secret", async () => {
  const folder = await mkdtemp(join(tmpdir(), "plimsoll-webhooks-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "webhooks.json");
  const wrong = [
    { id: "a b", url: "http://hooks.example/", secret: "open sesame" },
    { ...endpointAt("kinds", "https://hooks.example/"), filter: { kinds: ["NOPE"] } },
  ];
  await writeFile(path, JSON.stringify(wrong));
  const error = await readEndpoints(path).catch((thrown) => thrown);
  expect(error.code).toBe("BAD_CONFIGURATION");
  for (const place of ["0.id", "0.url", "0.secret", "1.filter.kinds"]) {
    expect(error.message).toContain(place);
  }
  expect(error.message).not.toContain("sesame");
  await writeFile(path, `[{"secret":"${SECRET}"`);
  await expect(readEndpoints(path)).rejects.not.toThrow(SECRET);
});
