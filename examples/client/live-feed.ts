/** The live feed in the terminal: `npx tsx examples/client/live-feed.ts [ENDPOINT]`. */
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { follow } from "./catalog.ts";
import type { LiveFeedSubscription } from "./operations.ts";

const OPERATION = new URL("../operations/5-live-feed.graphql", import.meta.url);

/** Each event as a line: the whole log first, then what happens. */
export async function* liveFeed(endpoint: string, signal: AbortSignal): AsyncGenerator<string> {
  const query = await readFile(OPERATION, "utf8");
  for await (const { catalogUpdated } of follow<LiveFeedSubscription>(endpoint, query, signal)) {
    const { number, at, message, changes } = catalogUpdated;
    const fields = changes.map(({ field }) => field).join(", ");
    yield `#${number} ${at} ${message}${fields ? ` (${fields})` : ""}`;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [endpoint = "http://localhost:4000/graphql"] = process.argv.slice(2);
  const leave = new AbortController();
  process.once("SIGINT", () => leave.abort());
  for await (const line of liveFeed(endpoint, leave.signal)) console.log(line);
}
