/** One reading after another, each with its time, its requests, and what it wrote and told. */
import { sql } from "drizzle-orm";
import type { Database } from "../../src/db/client.ts";
import { catalogState } from "../../src/db/tables.ts";
import type { SimulatedHub, Tally } from "../../test/helpers/simulated-hub/index.ts";

interface Measured extends Tally {
  name: string;
  seconds: number;
  /** Rows of the catalog's tables that are new or were changed. */
  writes: number;
  events: number;
}

/** Tables that change with the catalog; the record of runs is written by every run. */
const CATALOG = ["models", "source_records", "artifacts", "quarantine", "catalog_events"];

export class Scenarios {
  private readonly db: Database;
  private readonly hub: SimulatedHub;
  private readonly run: () => Promise<void>;
  private readonly rows: Measured[] = [];

  constructor(db: Database, hub: SimulatedHub, run: () => Promise<void>) {
    this.db = db;
    this.hub = hub;
    this.run = run;
  }

  async measure(name: string): Promise<Measured> {
    await this.hub.requests();
    const before = await this.position();
    const started = performance.now();
    await this.run();
    const seconds = (performance.now() - started) / 1000;
    const after = await this.position();
    const requests = await this.hub.requests();
    const writes = await this.writesSince(before.transaction);
    const row = { name, seconds, ...requests, writes, events: after.events - before.events };
    this.rows.push(row);
    return row;
  }

  table(): string {
    const head =
      "scenario                 seconds   list  info  paths  files   429   writes  events";
    const lines = this.rows.map((row) =>
      [
        row.name.padEnd(23),
        row.seconds.toFixed(1).padStart(8),
        ...[row.list, row.info, row.pathsInfo, row.resolve, row.refused].map((n) =>
          `${n}`.padStart(5),
        ),
        `${row.writes}`.padStart(8),
        `${row.events}`.padStart(7),
      ].join(" "),
    );
    return [head, ...lines].join("\n");
  }

  /** Rows whose last writer came after a transaction. */
  private async writesSince(transaction: number): Promise<number> {
    const counts = CATALOG.map((table) =>
      this.db.execute<{ count: string }>(
        sql.raw(`select count(*) from ${table} where xmin::text::bigint > ${transaction}`),
      ),
    );
    const rows = await Promise.all(counts);
    return rows.reduce((sum, [row]) => sum + Number(row?.count ?? 0), 0);
  }

  private async position(): Promise<{ transaction: number; events: number }> {
    const [row] = await this.db.execute<{ id: string }>(
      sql`select pg_current_xact_id()::text as id`,
    );
    const [state] = await this.db.select().from(catalogState);
    return { transaction: Number(row?.id), events: state?.lastEvent ?? 0 };
  }
}
