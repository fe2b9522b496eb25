/**
 * A Plimsoll process reduced to its database: starts it, says so in one line, and stops it when its
 * input ends. It ignores Ctrl-C, as a process does that has work to finish first.
 */
import { startEmbeddedPostgres } from "../../src/db/embedded/index.ts";
import { silentLog } from "../../src/log.ts";

process.on("SIGINT", () => {});
const home = process.argv[2]!;
const server = await startEmbeddedPostgres({ home, log: silentLog, durable: false });
console.log(JSON.stringify({ url: server.url, adopted: server.adopted }));
for await (const _ of process.stdin);
await server.stop();
