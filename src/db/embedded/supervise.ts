/**
 * Keeps the server up while somebody uses it. A server that dies by itself (killed for memory, say)
 * is started again on the same port, so that every connection string stays right and the pools
 * reconnect. Of several processes that notice at once, Postgres' own lock lets one do it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { RunningServer } from "./obtain.ts";
import { isServerOf } from "./pid-file.ts";

const LOOK_MS = 500;
const PAUSE_AFTER_FAILURE_MS = 5_000;

export interface Supervision {
  /** The server as it is now; another than at first when it had to be started again. */
  current(): RunningServer;
  /** Ends the supervision, after an attempt that is being made. */
  end(): Promise<void>;
}

/** Looks after a server; `obtain` brings it up again on the port it is given. */
export function supervise(
  first: RunningServer,
  dataFolder: string,
  obtain: (port: number) => Promise<RunningServer>,
  log: Log,
): Supervision {
  const ending = new AbortController();
  const pause = (ms: number) =>
    sleep(ms, undefined, { signal: ending.signal, ref: false }).catch(() => {});
  let server = first;

  async function watch(): Promise<void> {
    while (!ending.signal.aborted) {
      await pause(LOOK_MS);
      if (ending.signal.aborted || isServerOf(server.pid, dataFolder)) continue;
      try {
        server = await obtain(server.port);
        log.warn({ pid: server.pid }, "Postgres was gone and is up again");
      } catch (error) {
        log.error({ error: messageOf(error) }, "Postgres is gone; trying again");
        await pause(PAUSE_AFTER_FAILURE_MS);
      }
    }
  }
  const watching = watch();

  return {
    current: () => server,
    async end() {
      ending.abort();
      await watching;
    },
  };
}
