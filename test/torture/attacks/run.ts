/**
 * Runs the corpus against a server of its own process while an honest client goes on asking. After
 * every category the honest questions must have the answers they had before.
 */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import pMap from "p-map";
import { type Effort, type Row, row } from "../report.ts";
import type { Attack } from "./attack.ts";
import { corpus } from "./index.ts";
import { attackOnce } from "./send.ts";

const AT_ONCE = 16;
/** Growth of the process between the first and the last time the corpus is sent. */
export const MOST_GROWTH_MB = 200;
/** What it may have at any time; some of sixteen bodies, answers and plans at once, and no more. */
export const MOST_MB = 700;

const HONEST = [
  "{ __typename }",
  "{ catalogVersion }",
  "{ models(first: 5) { totalCount nodes { slug name downloads } } }",
  "query a { __typename }",
];

export interface AttackedServer {
  url: string;
  pid: number;
}

export interface AttackReport {
  rows: Row[];
  /** Of the honest client, among as many ordinary clients as attackers, and among attackers. */
  p99Ms: { alone: number; attacked: number };
  /** Resident memory of the server after the first and after the last round, and its most at any time. */
  memoryMb: { first: number; last: number; most: number };
}

/** Sends everything `rounds` times; the first round also warms the server up. */
export async function tortureByAttacks(
  server: AttackedServer,
  { rounds, say }: Effort,
  filter = "",
): Promise<AttackReport> {
  const truth = await askHonestly(server.url);
  const others = startOthers(server.url);
  const alone = startHonestClient(server);
  await sleep(5_000);
  const quiet = await alone.stop();
  await others.stop();
  const honest = startHonestClient(server);
  const failures = new Map<string, string[]>();
  const memory: number[] = [];
  const chosen = corpus.filter(({ category, name }) => `${category} ${name}`.includes(filter));
  const categories = new Map<string, Attack[]>();
  for (const attack of chosen) {
    categories.set(attack.category, [...(categories.get(attack.category) ?? []), attack]);
  }
  for (let round = 1; round <= rounds; round++) {
    for (const [category, attacks] of categories) {
      const wrong = await sendAll(server.url, attacks);
      if (!sameAs(truth, await askHonestly(server.url))) wrong.push("other answers for others");
      failures.set(category, [...(failures.get(category) ?? []), ...wrong]);
      say(`attacks, round ${round} of ${rounds}: ${category}, ${wrong.length} wrong`);
    }
    await sleep(500);
    memory.push(residentMb(server.pid));
  }
  const busy = await honest.stop();
  const rows = [...categories].map(([category, attacks]) => {
    const wrong = failures.get(category) ?? [];
    const verdict = wrong.length > 0 ? "BROKEN" : "held";
    return row(`attacks: ${category}`, attacks.length * rounds, {
      verdict,
      note: wrong.slice(0, 3).join(" ‖ "),
    });
  });
  const memoryMb = { first: memory[0] ?? 0, last: memory.at(-1) ?? 0, most: busy.mostMb };
  return { rows, p99Ms: { alone: quiet.p99Ms, attacked: busy.p99Ms }, memoryMb };
}

async function sendAll(url: string, attacks: readonly Attack[]): Promise<string[]> {
  const wrong: string[] = [];
  const sends = attacks.flatMap((attack) => Array<Attack>(attack.times ?? 1).fill(attack));
  await pMap(
    sends,
    async (attack) => {
      const problem = await attackOnce(url, attack);
      if (problem) wrong.push(`${attack.name}: ${problem}`);
    },
    { concurrency: AT_ONCE },
  );
  return wrong;
}

async function askHonestly(url: string): Promise<string[]> {
  return Promise.all(
    HONEST.flatMap((query) => [askOne(url, query, "GET"), askOne(url, query, "POST")]),
  );
}

async function askOne(url: string, query: string, method: string): Promise<string> {
  const asked =
    method === "GET"
      ? await fetch(`${url}/graphql?${new URLSearchParams({ query })}`)
      : await fetch(`${url}/graphql`, {
          method,
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ query }),
        });
  return `${asked.status} ${asked.headers.get("content-type")} ${await asked.text()}`;
}

function sameAs(truth: string[], found: string[]): boolean {
  return truth.every((answer, index) => answer === found[index]);
}

/**
 * Asks twenty times a second, whether or not the last answer is there: of a server that stands still for
 * a second, twenty readers notice. Times the answers, and looks at the server's memory meanwhile.
 */
function startHonestClient({ url, pid }: AttackedServer) {
  const times: number[] = [];
  let mostMb = 0;
  let asked = 0;
  const asking = new Set<Promise<void>>();
  const timer = setInterval(() => {
    const started = performance.now();
    const one: Promise<void> = askOne(url, HONEST[asked++ % HONEST.length]!, "GET")
      .then(
        () => void times.push(performance.now() - started),
        () => void times.push(Number.POSITIVE_INFINITY),
      )
      .finally(() => asking.delete(one));
    asking.add(one);
    mostMb = Math.max(mostMb, residentMb(pid));
  }, 50);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(asking);
      times.sort((a, b) => a - b);
      return { p99Ms: times[Math.floor(times.length * 0.99)] ?? 0, mostMb };
    },
  };
}

/** As many ordinary clients as there will be attackers: the load that attacks are compared with. */
function startOthers(url: string) {
  let stopping = false;
  const asking = Array.from({ length: AT_ONCE }, async (_, client) => {
    for (let turn = 0; !stopping; turn++) {
      const fields = "totalCount nodes { slug name description family { slug } }";
      const query = `{ models(first: 50) { ${fields} } } # ${client} ${turn}`;
      await askOne(url, query, "POST").catch(() => {});
    }
  });
  return {
    async stop() {
      stopping = true;
      await Promise.all(asking);
    },
  };
}

/** Memory of a process as the kernel counts it; 0 where it does not tell. */
export function residentMb(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}
