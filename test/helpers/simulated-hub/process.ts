/** A simulated Hub in a process of its own, told what to do by messages; started by `index.ts`. */
import { startHubServer } from "../hub-server/index.ts";
import type { Command, Start, Tally } from "./index.ts";
import { changed, generator, simulatedRepos } from "./repositories.ts";

// Whoever started it may have been killed.
process.once("disconnect", () => process.exit());

process.once("message", async (start: Start) => {
  const repos = simulatedRepos(start);
  const hub = await startHubServer({ repos, rateLimit: start.rateLimit });
  if (start.latencyMs) hub.fail(/./, { kind: "slow", delayMs: start.latencyMs });
  process.on("message", (command: Command) => process.send?.(answer(command)));
  process.send?.(hub.url);

  function answer(command: Command): unknown {
    switch (command.ask) {
      case "change": {
        const random = generator(command.seed);
        const chosen = hub.store.heads().filter(() => random() < command.share);
        for (const { repo } of chosen) hub.store.put(changed(repo, command.what, new Date()));
        return chosen.length;
      }
      case "requests":
        return tally(hub.requests.splice(0));
    }
  }
});

function tally(requests: { path: string; status: number }[]): Tally {
  const counts: Tally = { list: 0, info: 0, pathsInfo: 0, resolve: 0, refused: 0 };
  for (const { path, status } of requests) {
    if (status === 429) counts.refused++;
    if (path === "/api/models") counts.list++;
    else if (path.includes("/paths-info/")) counts.pathsInfo++;
    else if (path.startsWith("/api/")) counts.info++;
    else counts.resolve++;
  }
  return counts;
}
