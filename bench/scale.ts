/**
 * How answers get slower as the catalog grows: every kind of question is asked of two synthetic
 * catalogs, one a hundred times the other, in turns, each time with other values. What is printed is
 * the median of each and their ratio; flat is 1.
 *
 *   npx tsx bench/scale.ts [--small 10000] [--large 1000000] [--times 30]
 *
 * Filling a million models takes minutes. `--small-url` and `--large-url` name databases that are
 * filled already.
 */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { Command } from "commander";
import { execute, parse, validate } from "graphql";
import { type Connection, connect } from "../src/db/client.ts";
import { startEmbeddedPostgres } from "../src/db/embedded/index.ts";
import { migrateDatabase } from "../src/db/migrate.ts";
import { runSource } from "../src/ingest/runner.ts";
import { snapshotSource } from "../src/ingest/sources/snapshot.ts";
import { silentLog } from "../src/log.ts";
import type { SchemaContext } from "../src/schema/context.ts";
import { schema } from "../src/schema/index.ts";
import { fillCatalog } from "./synthetic-catalog.ts";

const options = new Command("scale")
  .option("--small <count>", "models of the small catalog", "10000")
  .option("--large <count>", "models of the large catalog", "1000000")
  .option("--times <count>", "how often each question is asked", "30")
  .option("--small-url <url>", "a filled database instead")
  .option("--large-url <url>", "a filled database instead")
  .parse()
  .opts<Record<"small" | "large" | "times", string> & { smallUrl?: string; largeUrl?: string }>();

const HOURS_MS = 6 * 3_600_000;
const LIST =
  "nodes { slug name downloads organization { name } vram(quant: Q4_K_M, ctx: 8192) { total { gib } } } pageInfo { endCursor }";

/** Documents by what they ask; `$n` is another number each time. */
const QUESTIONS: Record<string, string> = {
  "model page": `query ($slug: String!) { model(slug: $slug) { name description headline { value }
    specification { value } organization { name } family { name } siblings { slug }
    vramTable(quants: [Q4_K_M, Q8_0, F16], ctxs: [2048, 32768]) { cells { total { gib } } } } }`,
  "list of 20": `{ models { ${LIST} } }`,
  "list of a licence": `{ models(filter: { licenses: ["MIT"] }) { ${LIST} } }`,
  "list of a rare licence": `{ models(filter: { licenses: ["CC-BY-NC-4.0"] }) { ${LIST} } }`,
  "page after a cursor": `query ($after: String) { models(after: $after) { ${LIST} } }`,
  "fits 24 GB": `query ($gib: Float!) { models(filter: { licenses: ["MIT"],
    fits: { memoryGib: $gib, quant: Q4_K_M, ctx: 8192 } }) { ${LIST} } }`,
  "fits, few do": `query ($gib: Float!) { models(filter: { fits: { memoryGib: $gib, quant: F16, ctx: 65536 } }) { ${LIST} } }`,
  "fits, none does": `query ($gib: Float!) { models(filter: { fits: { memoryGib: $gib, quant: F16, ctx: 65536 } }) { ${LIST} } }`,
  "search, a common word": '{ search(text: "qwen3") { hits { score model { slug } } } }',
  "search, two words": '{ search(text: "llama 8b") { hits { score model { slug } } } }',
  "search, a rare word": `query ($word: String!) { search(text: $word) { hits { score model { slug } } } }`,
  "search, misspelt": '{ search(text: "deepsek v3") { hits { score model { slug } } } }',
  "search, no match": '{ search(text: "zzyzxqj") { hits { score model { slug } } } }',
  "filter by words": '{ models(filter: { search: "qwen3 8b" }, first: 10) { nodes { slug } } }',
  "count of all": "{ models { totalCount totalCountIsEstimate } }",
  "count of a licence":
    '{ models(filter: { licenses: ["MIT"] }) { totalCount totalCountIsEstimate } }',
  "count of what fits": `query ($gib: Float!) { models(filter: { fits: { memoryGib: $gib, quant: Q4_K_M, ctx: 8192 } }) { totalCount totalCountIsEstimate } }`,
  "counts of organizations":
    "{ organizations(first: 50) { nodes { modelCount models(first: 3) { totalCount nodes { slug } } } } }",
  "events of a family":
    '{ events(filter: { family: "qwen3" }, first: 20) { totalCount nodes { number message } } }',
  "events of a kind":
    "{ events(filter: { kinds: [MODEL_ADDED] }, first: 20) { totalCount totalCountIsEstimate nodes { number } } }",
  facets: "{ facets { facet isEstimate values { value count } } }",
  "facets of a filter":
    '{ facets(filter: { licenses: ["MIT"] }) { facet isEstimate values { value count } } }',
  "facets of a rare filter":
    '{ facets(filter: { licenses: ["CC-BY-NC-4.0"] }) { facet isEstimate values { value count } } }',
};

interface Catalog {
  connection: Connection;
  slugs: string[];
  cursor: string | null;
}

const documents = Object.entries(QUESTIONS).map(([what, source]) => {
  const document = parse(source);
  const [error] = validate(schema, document);
  if (error) throw error;
  return { what, document };
});

const home = await mkdtemp(join(tmpdir(), "plimsoll-scale-"));
await chmod(home, 0o755);
const urls = [options.smallUrl, options.largeUrl];
const server = urls.every(Boolean)
  ? null
  : await startEmbeddedPostgres({ home, log: silentLog, durable: false });
try {
  const small = await openCatalog("scale_small", Number(options.small), options.smallUrl);
  const large = await openCatalog("scale_large", Number(options.large), options.largeUrl);
  console.log(
    `| question | ${options.small} models, ms | ${options.large} models, ms | ratio |\n|---|---:|---:|---:|`,
  );
  for (const { what, document } of documents) {
    const times: [number[], number[]] = [[], []];
    for (let n = -10; n < Number(options.times); n++) {
      for (const [index, catalog] of [small, large].entries()) {
        const ms = await timed(catalog, document, what, n + 10);
        if (n >= 0) times[index]!.push(ms);
      }
    }
    const [before, after] = times.map(median) as [number, number];
    console.log(
      `| ${what} | ${before.toFixed(2)} | ${after.toFixed(2)} | ${(after / before).toFixed(1)} |`,
    );
  }
  const megabytes = Math.round(process.memoryUsage().rss / 1e6);
  console.log(`\nThe process has ${megabytes} MB at the end.`);
  await small.connection.close();
  await large.connection.close();
} finally {
  await server?.stop();
  await rm(home, { recursive: true, force: true });
}

async function openCatalog(name: string, count: number, given?: string): Promise<Catalog> {
  const url = given ?? (await filled(name, count));
  const connection = connect({ url, maxConnections: 2 });
  const catalog: Catalog = { connection, slugs: [], cursor: null };
  const page = (size: number) =>
    ask(
      catalog,
      parse(`{ models(first: ${size}, orderBy: { field: LIKES, direction: ASC }) {
      nodes { slug } } deep: models(first: 100) { pageInfo { endCursor } } }`),
    );
  const { models, deep } = await page(100);
  catalog.slugs = models.nodes.map(({ slug }: { slug: string }) => slug);
  catalog.cursor = deep.pageInfo.endCursor;
  return catalog;
}

/** A database of the server with so many models; filling it may be silent for long. */
async function filled(name: string, count: number): Promise<string> {
  const admin = connect({ url: server!.url });
  await admin.db.execute(`create database ${name}`);
  await admin.close();
  const url = new URL(server!.url);
  url.pathname = `/${name}`;
  await migrateDatabase(url.href);
  const { db, close } = connect({ url: url.href, statementTimeoutMs: HOURS_MS });
  const { signal } = new AbortController();
  await runSource(snapshotSource(), { db, http: {} as never, log: silentLog, signal });
  await fillCatalog(db, count);
  await addEvents(db);
  await close();
  return url.href;
}

/** An event for each model that was made here, as if it had been read. */
async function addEvents(db: Connection["db"]): Promise<void> {
  await db.execute(`insert into catalog_events
      (number, kind, model_slug, family_slug, organization_slug, source_id, message, changes)
    select last_event + row_number() over (order by slug), 'MODEL_ADDED', slug, family_slug,
      organization_slug, 'bench', 'Added ' || name, '[]'
    from models, catalog_state where slug not in
      (select model_slug from catalog_events where model_slug is not null)`);
  await db.execute(
    "update catalog_state set last_event = (select max(number) from catalog_events)",
  );
  await db.execute("analyze catalog_events");
}

async function ask({ connection }: Catalog, document: ReturnType<typeof parse>, variables = {}) {
  const contextValue = { db: connection.db, log: silentLog } as SchemaContext;
  const result = await execute({ schema, document, variableValues: variables, contextValue });
  if (result.errors) throw result.errors[0];
  return JSON.parse(JSON.stringify(result.data));
}

async function timed(
  catalog: Catalog,
  document: ReturnType<typeof parse>,
  what: string,
  n: number,
): Promise<number> {
  const gib = what.includes("none") ? 0.46 : what.includes("few") ? 0.9 : 24;
  const variables = {
    slug: catalog.slugs[n % catalog.slugs.length],
    gib: gib + n / 1e6,
    word: String(1_000 + n * 13),
    after: catalog.cursor,
  };
  const start = performance.now();
  await ask(catalog, document, variables);
  return performance.now() - start;
}

function median(numbers: number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;
}
