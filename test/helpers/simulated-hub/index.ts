/**
 * A made-up Hub of any size in a process of its own, so that serving it takes no time from what is
 * measured: real pages, rate limits and latency, changes on demand, and a count of what was asked.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { HubServerOptions } from "../hub-server/index.ts";
import type { SimulationOptions } from "./repositories.ts";

export { simulatedOrganizations } from "./repositories.ts";

export interface Start extends SimulationOptions {
  rateLimit?: HubServerOptions["rateLimit"];
  /** Pause before every answer. */
  latencyMs?: number;
}

export type Command =
  | { ask: "change"; share: number; what: "card" | "config"; seed: number }
  | { ask: "requests" };

/** Requests by kind; `refused` are those among them that were answered with 429. */
export interface Tally {
  list: number;
  info: number;
  pathsInfo: number;
  resolve: number;
  refused: number;
}

export interface SimulatedHub {
  url: string;
  /** Changes a share of the models now; gives their number. */
  change(share: number, what: "card" | "config", seed?: number): Promise<number>;
  /** What was asked since the last call. */
  requests(): Promise<Tally>;
  close(): Promise<void>;
}

export async function startSimulatedHub(start: Start): Promise<SimulatedHub> {
  const execArgv = ["--import", "tsx"];
  const child = fork(join(import.meta.dirname, "process.ts"), { execArgv });
  const gone = once(child, "exit").then(([code]) => {
    throw new Error(`The simulated Hub ended with ${code}`);
  });
  gone.catch(() => {});
  const tell = async (message: Start | Command): Promise<unknown> => {
    const answered = new Promise((answer) => child.once("message", answer));
    child.send(message);
    return Promise.race([answered, gone]);
  };
  const url = (await tell(start)) as string;
  return {
    url,
    change: async (share, what, seed = 7) =>
      (await tell({ ask: "change", share, what, seed })) as number,
    requests: async () => (await tell({ ask: "requests" })) as Tally,
    async close() {
      const closed = once(child, "exit");
      child.kill();
      await closed;
    },
  };
}
