/** The database of a run: Plimsoll's own Postgres in a temporary folder, filled with synthetic models. */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PgDialect } from "drizzle-orm/pg-core";
import { createIngestHttp } from "../../src/app/worker.ts";
import { connect, type Database } from "../../src/db/client.ts";
import { startEmbeddedPostgres } from "../../src/db/embedded/index.ts";
import { placeOf } from "../../src/db/fit-coefficients.ts";
import { memoryBytes } from "../../src/db/fits.ts";
import { migrateDatabase } from "../../src/db/migrate.ts";
import { models } from "../../src/db/tables.ts";
import { LocalBudget } from "../../src/ingest/http/budget.ts";
import { runSource } from "../../src/ingest/runner.ts";
import { snapshotSource } from "../../src/ingest/sources/snapshot.ts";
import { silentLog } from "../../src/log.ts";
import { fillCatalog } from "../synthetic-catalog.ts";
import type { CatalogSample } from "./questions.ts";

export interface BenchDatabase {
  url: string;
  db: Database;
  sample: CatalogSample;
  /** What a model takes under the settings of the list, as SQL for those who write theirs by hand. */
  fitsSql: string;
  remove(): Promise<void>;
}

/** What Plimsoll asks for on its connections, the others get too. */
const SETTINGS = {
  shared_buffers: "512MB",
  max_wal_size: "4GB",
  jit: "off",
  max_parallel_workers_per_gather: "0",
};

export async function openBenchDatabase(count: number): Promise<BenchDatabase> {
  const home = await mkdtemp(join(tmpdir(), "plimsoll-bench-"));
  await chmod(home, 0o755);
  const server = await startEmbeddedPostgres({
    home,
    log: silentLog,
    durable: false,
    settings: SETTINGS,
  });
  await migrateDatabase(server.url);
  const { db, close } = connect({ url: server.url, statementTimeoutMs: 0 });
  const { signal } = new AbortController();
  const http = createIngestHttp(silentLog, new LocalBudget());
  await runSource(snapshotSource(), { db, http, log: silentLog, signal });
  await fillCatalog(db, count);
  await db.$client.unsafe(POSTGRAPHILE_FUNCTIONS(listBytes()));
  return {
    url: server.url,
    db,
    sample: await sampleOf(db),
    fitsSql: listBytes(),
    async remove() {
      await close();
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** What the list's filter computes: Q4_K_M at 8,192 tokens, with the margin of 10%. */
function listBytes(): string {
  const settings = {
    quant: "Q4_K_M",
    contextTokens: 8192,
    sequences: 1,
    cacheType: "f16",
    overheadFraction: 0.1,
  } as const;
  const { sql } = new PgDialect().sqlToQuery(memoryBytes(models.fit, settings).inlineParams());
  return sql.replaceAll('"models".', "");
}

/**
 * PostGraphile answers what the database computes, so it is given functions: of memory the largest parts
 * of the sum, of searches the first two words. And an index, as it does not say of a family's models that
 * they are to be listed, which Plimsoll's own hold alone.
 */
const POSTGRAPHILE_FUNCTIONS = (bytes: string) => `
  create index models_family_of_peers on models (family_slug);
  create function models_vram(m models, quant text, ctx integer) returns double precision
    language sql stable as $$
      select floor(1.1 * (case quant ${["Q4_K_M", "Q8_0", "F16"]
        .map((quant) => `when '${quant}' then m.fit[${placeOf(quant)}]`)
        .join(" ")} end + 2 * ctx * m.fit[${placeOf("elements0")}]))
    $$;
  create function fitting_models(licenses text[], memory_gib double precision)
    returns setof models language sql stable as $$
      select * from models where status <> 'WITHDRAWN' and license = any(licenses)
        and ${bytes} <= memory_gib * 1073741824 order by downloads desc, slug
    $$;
  create function searched_models(text text) returns setof models language sql stable as $$
    select * from models where status <> 'WITHDRAWN'
      and search_text like '%' || lower(split_part(text, ' ', 1)) || '%'
      and search_text like '%' || lower(split_part(text, ' ', 2)) || '%'
      order by downloads desc, slug
  $$`;

async function sampleOf(db: Database): Promise<CatalogSample> {
  const slugs = await db.$client<{ slug: string }[]>`
    select slug from models where memory_profile is not null and family_slug is not null
    order by md5(slug) limit 20000`;
  const words = await db.$client<{ word: string }[]>`
    select split_part(slug, '-', 1) as word from models group by 1 order by count(*) desc limit 40`;
  return { slugs: slugs.map(({ slug }) => slug), words: words.map(({ word }) => word) };
}
