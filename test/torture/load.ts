/**
 * Load for a long time: first the API's capacity is measured, then it is asked at seven tenths of that
 * while models come in and many subscribers listen. Every answer has to be right, no event may be
 * missing, memory has to stay flat and p99 may not drift.
 */
import autocannon from "autocannon";
import { writeRecords } from "../../src/db/catalog.ts";
import { connect } from "../../src/db/client.ts";
import { residentMb } from "./attacks/run.ts";
import { growth, type Heap, heapOf } from "./heap.ts";
import { until } from "./program.ts";
import { type Effort, type Row, row } from "./report.ts";
import { madeUp, type Served } from "./served.ts";
import { audit, type Subscriber, subscribe } from "./subscriber.ts";

const SHARE_OF_CAPACITY = 0.7;
const CONNECTIONS = 16;
const CAPACITY_SECONDS = 5;
/** Parts of the time that are compared with each other. */
const PARTS = 6;
const WRITE_EVERY_MS = 1_000;
/** What the last part may have above the second, in which everything is warm. */
export const MOST_GROWTH_MB = 100;
/** The same of what is in use; kept answers may go on filling their share. */
const MOST_HEAP_GROWTH_MB = 50;
export const MOST_DRIFT = 3;

/** Half are asked again and again, half are new each time. */
const requests = [
  "{ models(first: 20) { totalCount nodes { slug name downloads } } }",
  "{ catalogVersion }",
  '{ search(text: "model chat") { hits { model { slug } } } }',
].map((query) => ({
  method: "POST" as const,
  path: "/graphql",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ query }),
}));
const anew = {
  method: "POST" as const,
  path: "/graphql",
  headers: { "content-type": "application/json" },
  setupRequest: (request: autocannon.Request) => ({
    ...request,
    body: JSON.stringify({
      query:
        "query ($n: Int) { models(first: 20, filter: { downloads: { min: 0 } }) { totalCount nodes { slug } } catalogVersion }",
      variables: { n: Math.floor(Math.random() * 1e9) },
    }),
  }),
};

export interface LoadOptions {
  served: Served;
  databaseUrl: string;
  subscribers: number;
  minutes: number;
  /** Models in the catalog, made by `fillCatalog`. */
  models: number;
  /** Folder into which the program writes snapshots of its heap; without it none are compared. */
  heapFolder?: string;
}

export async function tortureByLoad(options: LoadOptions, { say }: Effort): Promise<Row> {
  const { served, databaseUrl, subscribers, minutes, models, heapFolder } = options;
  const most = await run(served.url, CAPACITY_SECONDS);
  const rate = Math.max(10, Math.floor(most.requests.average * SHARE_OF_CAPACITY));
  say(`capacity: ${Math.round(most.requests.average)} requests/s; load: ${rate}`);

  const { db, close } = connect({ url: databaseUrl, maxConnections: 2 });
  const [before] = await db.$client`select last_event::int as last from catalog_state`;
  const followers: Subscriber[] = Array.from({ length: subscribers }, () =>
    subscribe(served.url, before!.last),
  );
  let number = models;
  const writing = setInterval(() => {
    writeRecords(db, "test", [madeUp(number++)]).catch(() => {});
  }, WRITE_EVERY_MS);

  const heaps: Heap[] = [];
  const parts: { p99: number; memory: number; failed: number }[] = [];
  try {
    for (let part = 1; part <= PARTS; part++) {
      const result = await run(served.url, Math.max(2, (minutes * 60) / PARTS), rate);
      const failed = result.errors + result.timeouts + result.non2xx;
      const measured = { p99: result.latency.p99, memory: residentMb(served.pid), failed };
      parts.push(measured);
      say(`part ${part} of ${PARTS}: ${JSON.stringify(measured)}`);
      // Nothing is asked while it is written. The first leaves the process larger, so it comes ahead of
      // the part that the resident memory is compared with.
      const isCompared = heapFolder !== undefined && (part === 1 || part === PARTS);
      if (isCompared) heaps.push(await heapOf(served.pid, heapFolder));
    }
  } finally {
    clearInterval(writing);
  }
  const [after] = await db.$client`select last_event::int as last from catalog_state`;
  await close();
  const reached = () => followers.every(({ numbers }) => numbers.at(-1) === after!.last);
  await until("the last event", async () => reached() || null, 60_000).catch(() => {});
  const audits = followers.map(({ numbers }) =>
    audit(
      numbers.map((n) => n - before!.last),
      after!.last - before!.last,
    ),
  );
  await Promise.all(followers.map((follower) => follower.close()));
  const [first, last] = heaps;
  const heap = first && last ? growth(first, last) : null;
  const events = after!.last - before!.last;
  return judge(parts, audits, { rate, subscribers, minutes, events, heap });
}

function judge(
  parts: { p99: number; memory: number; failed: number }[],
  audits: { lost: number; doubled: number }[],
  about: {
    rate: number;
    subscribers: number;
    minutes: number;
    events: number;
    heap: ReturnType<typeof growth> | null;
  },
): Row {
  const [, warm] = parts;
  const last = parts.at(-1)!;
  const lost = audits.reduce((sum, one) => sum + one.lost, 0);
  const doubled = audits.reduce((sum, one) => sum + one.doubled, 0);
  const failed = parts.reduce((sum, part) => sum + part.failed, 0);
  const grown = last.memory - warm!.memory;
  const drifts = last.p99 > Math.max(20, warm!.p99) * MOST_DRIFT;
  const { heap } = about;
  const isFlat = grown <= MOST_GROWTH_MB && (heap?.mb ?? 0) <= MOST_HEAP_GROWTH_MB;
  const held = failed + lost + doubled === 0 && isFlat && !drifts;
  const inUse =
    heap && `, heap in use ${heap.mb >= 0 ? "+" : ""}${heap.mb.toFixed(1)} MB (${heap.what})`;
  return row("load at 70% of capacity", Math.round(about.minutes * 60), {
    lost,
    doubled,
    verdict: held ? "held" : "BROKEN",
    note: `${about.rate} requests/s, ${about.subscribers} subscribers, ${about.events} events, ${failed} failed, p99 ${warm!.p99} → ${last.p99} ms, memory ${warm!.memory} → ${last.memory} MB${inUse ?? ""}`,
  });
}

function run(url: string, seconds: number, rate?: number): Promise<autocannon.Result> {
  return autocannon({
    url,
    connections: CONNECTIONS,
    duration: seconds,
    ...(rate && { overallRate: rate }),
    requests: [...requests, anew, anew, anew],
  });
}
