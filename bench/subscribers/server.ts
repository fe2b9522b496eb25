/** A server of the bench of subscribers: ours over a database, or a bare broadcast. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { readPastedConfig as readConfig } from "../../src/app/read-config.ts";
import { writeRecords } from "../../src/db/catalog.ts";
import { connect } from "../../src/db/client.ts";
import { openFeed } from "../../src/events/feed.ts";
import { silentLog as log } from "../../src/log.ts";
import { startServer } from "../../src/server/index.ts";
import { modelRecord } from "../../test/helpers/records.ts";

interface Server {
  port: number;
  /** Makes one event. */
  tell(): Promise<unknown>;
}

async function startOurs(databaseUrl: string): Promise<Server> {
  const { db } = connect({ url: databaseUrl });
  const feed = await openFeed({ db, log });
  const host = "127.0.0.1";
  const { port } = await startServer({ host, port: 0, db, feed, log, readConfig });
  const record = () => modelRecord(`bench/${randomUUID()}`);
  return { port, tell: () => writeRecords(db, "bench", [record()]) };
}

/** As long as ours, and as fresh: written anew for each event, once for everybody. */
async function startBare(): Promise<Server> {
  const open = new Set<ServerResponse>();
  const server = createServer((_req, res) => {
    res.writeHead(200, { "content-type": "text/event-stream" });
    res.write(":\n\n");
    open.add(res);
    res.once("close", () => open.delete(res));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  let number = 1000;
  return {
    port: (server.address() as AddressInfo).port,
    async tell() {
      const slug = randomUUID();
      const catalogUpdated = {
        ...{ number: ++number, kind: "MODEL_ADDED", message: `${slug} was added.` },
        model: { slug, name: slug },
      };
      const data = JSON.stringify({ data: { catalogUpdated } });
      const text = `event: next\nid: ${number}\ndata: ${data}\n\n`;
      for (const res of open) res.write(text);
    },
  };
}

const [kind, databaseUrl] = process.argv.slice(2) as [string, string];
let server: Server;

process.on("message", async (message: { do: "start" | "memory" | "cpu" | "tell" }) => {
  if (message.do === "start") {
    server = kind === "ours" ? await startOurs(databaseUrl) : await startBare();
    process.send!({ port: server.port });
  } else if (message.do === "memory") {
    for (let time = 0; time < 3; time++) {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    process.send!({ bytes: process.memoryUsage.rss() });
  } else if (message.do === "cpu") {
    const { user, system } = process.cpuUsage();
    process.send!({ ms: (user + system) / 1000 });
  } else {
    const from = Number(process.hrtime.bigint()) / 1e6;
    await server.tell();
    process.send!({ from });
  }
});
