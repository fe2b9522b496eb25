/**
 * Subscriptions that fail while they are open: whatever the transport and whether or not others ask
 * the same, the client is told why and the subscription ends. Nobody is left with keep-alives alone.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { GraphQLError } from "graphql";
import { createClient as createSseClient } from "graphql-sse";
import { createClient as createWsClient } from "graphql-ws";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import WebSocket from "ws";
import { readPastedConfig } from "../../src/app/read-config.ts";
import { writeRecords } from "../../src/db/catalog.ts";
import { type Connection, connect } from "../../src/db/client.ts";
import { type EventFeed, openFeed } from "../../src/events/feed.ts";
import { silentLog } from "../../src/log.ts";
import { type RunningServer, startServer } from "../../src/server/index.ts";
import { createStreamSender } from "../../src/server/streams/distinct.ts";
import { EventStreams } from "../../src/server/streams/event-stream.ts";
import { SingleConnections } from "../../src/server/streams/single-connection.ts";
import { onServer, useTestDatabase } from "../helpers/database.ts";
import { modelRecord } from "../helpers/records.ts";

const PLAIN = "subscription { catalogUpdated(after: 0) { number } }";
/** One behind a fragment is not shared with others. */
const OWN =
  "subscription { ...f } fragment f on Subscription { catalogUpdated(after: 0) { number } }";

interface Part {
  data?: unknown;
  errors?: readonly { extensions?: { code?: string } }[];
}

describe("when the log is replaced by an older one", () => {
  const database = useTestDatabase();
  let connection: Connection;
  let feed: EventFeed;
  let server: RunningServer;
  let ids = 0;

  const add = () => writeRecords(connection.db, "test", [modelRecord(`acme/model-${ids++}`)]);

  beforeAll(async () => {
    connection = connect({ url: database.url });
    feed = await openFeed({ db: connection.db, log: silentLog, pollMs: 100 });
    server = await startServer({
      ...{ host: "127.0.0.1", port: 0, db: connection.db, feed, log: silentLog },
      readConfig: readPastedConfig,
    });
  });
  afterAll(async () => {
    await server?.close();
    await feed?.close();
    await connection?.close();
  });

  /** As after a restore from a back-up of some events ago. */
  const replaceLog = (lastEvent: number) =>
    onServer(database.url, async (sql) => {
      await sql`delete from catalog_events where number > ${lastEvent}`;
      await sql`update catalog_state set last_event = ${lastEvent}, writes = writes + 1, log_id = gen_random_uuid()`;
    });

  function open(transport: string, query: string): AsyncIterable<Part> {
    if (transport === "WebSocket") {
      const url = `${server.url.replace("http", "ws")}/graphql`;
      const client = createWsClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 });
      onTestFinished(() => client.dispose());
      return client.iterate({ query }) as AsyncIterable<Part>;
    }
    const single = transport === "a single connection";
    const url = `${server.url}/graphql${single ? "/stream" : ""}`;
    const client = single
      ? createSseClient({ url, singleConnection: true, retryAttempts: 0 })
      : createSseClient({ url, retryAttempts: 0 });
    onTestFinished(() => client.dispose());
    return client.iterate({ query }) as AsyncIterable<Part>;
  }

  const transports = ["a connection each", "a single connection", "WebSocket"];
  const cases = transports.flatMap((transport) => [
    { transport, who: "one of many", query: PLAIN },
    { transport, who: "one alone", query: OWN },
  ]);
  test.each(cases)("$who by $transport is told and ends", async ({ transport, query }) => {
    await add();
    await add();
    const newest = await feed.version();
    let seen = 0;
    let last: Part | undefined;
    for await (const part of open(transport, query)) {
      last = part;
      if (part.data && ++seen === newest) await replaceLog(newest - 1);
    }
    expect(seen).toBe(newest);
    expect(last?.errors?.[0]?.extensions?.code).toBe("EVENTS_COMPACTED");
  });
});

describe("when the results break off", () => {
  const mask = () => new GraphQLError("masked", { extensions: { code: "BROKEN" } });
  const broken = {
    // biome-ignore lint/correctness/useYield: it fails before it has anything to give
    async *results(): AsyncGenerator<never> {
      throw new Error("broken");
    },
  };
  const streams = new EventStreams(new AbortController().signal);
  const options = {
    ...{ streams, mask, open: async () => broken },
    execute: () => Promise.reject(new Error("broken")),
    clientOf: () => "anybody",
  };
  const operation = {} as never;

  async function serve(handle: (req: IncomingMessage, res: ServerResponse) => void) {
    const http = createServer(handle).listen(0, "127.0.0.1");
    await new Promise((resolve) => http.once("listening", resolve));
    onTestFinished(() => http.closeAllConnections());
    return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  }

  test("a stream of its own ends with the error", async () => {
    const send = createStreamSender(options);
    const url = await serve((req, res) => void send(req, res, operation));
    const text = await (await fetch(url)).text();
    expect(text).toContain('"code":"BROKEN"');
    expect(text).toMatch(/event: complete\ndata: \n\n$/);
  });

  test.each(["subscription", "query"])(
    "a %s on a single connection ends with the error, and the stream goes on",
    async (type) => {
      const single = new SingleConnections(options);
      const url = await serve((req, res) => {
        const token = SingleConnections.token(req, req.url!.split("?")[1] ?? "") ?? "";
        if (req.method === "PUT") void single.reserve(req, res);
        else if (req.method === "GET") single.connect(res, token);
        else void single.add(res, token, "a", operation, type);
      });
      const token = await (await fetch(url, { method: "PUT" })).text();
      const at = `${url}/?token=${token}`;
      const stream = (await fetch(at)).body!.pipeThrough(new TextDecoderStream());
      // The same name can be used again, for the first operation is over.
      for (let round = 0; round < 2; round++) {
        expect((await fetch(at, { method: "POST" })).status).toBe(202);
        let text = "";
        for await (const chunk of stream.values({ preventCancel: true })) {
          text += chunk;
          if (text.includes("event: complete")) break;
        }
        expect(text).toContain('"code":"BROKEN"');
      }
    },
  );
});
