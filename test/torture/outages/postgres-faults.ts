/** The ways in which Postgres can be out: behind the proxy, or by its own settings. */
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Sql } from "postgres";
import type { EmbeddedPostgres } from "../../../src/db/embedded/index.ts";
import type { Fault, FaultProxy } from "../../helpers/fault-proxy.ts";

export interface Stand {
  proxy: FaultProxy;
  /** A superuser's connection beside the proxy. */
  admin: Sql;
  server: EmbeddedPostgres;
}

export interface Outage {
  name: string;
  /** Breaks it; what is returned mends it. */
  begin(stand: Stand): Promise<() => Promise<void>>;
  /**
   * True where questions are answered and the server is ready as soon as it has new connections; false
   * where neither can be; null where it depends on who is quicker.
   */
  readsGoOn: boolean | null;
}

const proxied = (fault: Fault) => async (stand: Stand) => {
  await stand.proxy.set(fault);
  return () => stand.proxy.set({ kind: "pass" });
};

export const OUTAGES: Outage[] = [
  { name: "Postgres is gone", begin: proxied({ kind: "refuse" }), readsGoOn: false },
  { name: "Postgres resets every connection", begin: proxied({ kind: "reset" }), readsGoOn: false },
  {
    name: "Postgres is slow, 5 s per statement",
    begin: proxied({ kind: "delay", ms: 5_000 }),
    readsGoOn: false,
  },
  { name: "Postgres is silently dead", begin: proxied({ kind: "swallow" }), readsGoOn: false },
  {
    name: "the NOTIFY connection alone is silently dead",
    begin: proxied({ kind: "swallow", only: "listen" }),
    readsGoOn: true,
  },
  { name: "Postgres has no connection left", begin: takeAllConnections, readsGoOn: null },
  { name: "Postgres takes no writes", begin: makeReadOnly, readsGoOn: true },
  { name: "every connection is ended by an administrator", begin: endAll, readsGoOn: true },
];

/** Takes the place of every connection of the program. */
async function takeAllConnections({ admin, server }: Stand): Promise<() => Promise<void>> {
  const taken: pg.Client[] = [];
  let stopping = false;
  const taking = (async () => {
    while (!stopping) {
      await endConnections(admin);
      for (let full = false; !full && !stopping; ) {
        const client = new pg.Client({ connectionString: server.url });
        client.on("error", () => {});
        full = await client.connect().then(
          () => taken.push(client) < 0,
          () => true,
        );
      }
      await sleep(100);
    }
  })();
  return async () => {
    stopping = true;
    await taking;
    await Promise.all(taken.map((client) => client.end()));
  };
}

async function makeReadOnly({ admin }: Stand): Promise<() => Promise<void>> {
  await admin`alter database plimsoll set default_transaction_read_only = on`;
  await endConnections(admin);
  return async () => {
    await admin`alter database plimsoll reset default_transaction_read_only`;
    await endConnections(admin);
  };
}

async function endAll({ admin }: Stand): Promise<() => Promise<void>> {
  await endConnections(admin);
  return async () => {};
}

async function endConnections(admin: Sql): Promise<void> {
  await admin`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = 'plimsoll' and application_name = 'plimsoll'`;
}
