/** The ways in which Redis, the Hub, certificates and names can be out. */
import { Redis } from "ioredis";
import type { Certificate, Certificates } from "../../helpers/certificates.ts";
import type { FaultProxy, Fault as ProxyFault } from "../../helpers/fault-proxy.ts";
import type { OwnPostgres } from "../../helpers/own-postgres.ts";
import type { OwnRedis } from "../../helpers/queue-backends.ts";
import type { SimulatedHub } from "../../helpers/simulated-hub/index.ts";
import type { TlsFront } from "../../helpers/tls-front.ts";
import type { Names } from "./names.ts";

export interface Dependencies {
  postgres: OwnPostgres;
  redis: OwnRedis;
  hub: SimulatedHub;
  redisProxy: FaultProxy;
  hubProxy: FaultProxy;
  /** TLS in front of the proxies. */
  redisFront: TlsFront;
  hubFront: TlsFront;
  names: Names;
  certificates: Certificates;
}

export interface Fault {
  name: string;
  /** Breaks it; what is returned mends it. */
  begin(given: Dependencies): Promise<() => Promise<void>>;
  /** True where it is there before the program is. */
  fromStart?: boolean;
  overTls?: boolean;
  needsNames?: boolean;
  /** True where `/readyz` has to warn. */
  warns?: boolean;
  /** What the log has to say. */
  told?: RegExp;
}

type Which = "redisProxy" | "hubProxy";

const proxied = (which: Which, fault: ProxyFault) => async (given: Dependencies) => {
  await given[which].set(fault);
  return () => given[which].set({ kind: "pass" });
};

const shown =
  (which: "redisFront" | "hubFront", choose: (all: Certificates) => Certificate) =>
  async ({ [which]: front, certificates }: Dependencies) => {
    front.show(choose(certificates));
    return async () => front.show(certificates.good);
  };

const redis = (name: string, fault: ProxyFault, rest: Partial<Fault> = {}): Fault => ({
  name: `Redis ${name}`,
  begin: proxied("redisProxy", fault),
  ...rest,
});
const hub = (name: string, fault: ProxyFault): Fault => ({
  name: `the Hub ${name}`,
  begin: proxied("hubProxy", fault),
});

export const FAULTS: Fault[] = [
  redis(
    "is not there at start",
    { kind: "refuse" },
    { fromStart: true, told: /cannot be reached/ },
  ),
  redis("is gone", { kind: "refuse" }, { warns: true }),
  redis("resets every connection", { kind: "reset" }, { warns: true }),
  redis("is slow, 3 s per command", { kind: "delay", ms: 3_000 }, { warns: true }),
  redis("is silently dead", { kind: "swallow" }, { warns: true }),
  { name: "Redis takes no writes", begin: makeReadOnly },
  { name: "Redis has lost everything", begin: flush },
  hub("is gone", { kind: "refuse" }),
  hub("resets every connection", { kind: "reset" }),
  hub("is slow, 3 s per request", { kind: "delay", ms: 3_000 }),
  hub("is silently dead", { kind: "swallow" }),
  {
    name: "the certificate of Redis is a stranger's",
    begin: shown("redisFront", ({ stranger }) => stranger),
    overTls: true,
    warns: true,
    told: /certificate/i,
  },
  {
    name: "the certificate of the Hub is a stranger's",
    begin: shown("hubFront", ({ stranger }) => stranger),
    overTls: true,
    told: /certificate/i,
  },
  {
    name: "the certificate of the Hub has expired",
    begin: shown("hubFront", ({ expired }) => expired),
    overTls: true,
    told: /certificate/i,
  },
  { name: "names are not resolved", begin: forgetNames, needsNames: true },
];

/** A replica of nothing: it serves what it has and refuses to change it. */
async function makeReadOnly({ redis }: Dependencies): Promise<() => Promise<void>> {
  await command(redis, "replicaof", "127.0.0.1", "1");
  return () => command(redis, "replicaof", "no", "one");
}

async function flush({ redis }: Dependencies): Promise<() => Promise<void>> {
  await command(redis, "flushall");
  return async () => {};
}

/** And whatever stood by them is cut, so that they have to be asked for again. */
async function forgetNames(given: Dependencies): Promise<() => Promise<void>> {
  given.names.know(false);
  for (const which of ["redisProxy", "hubProxy"] as const) {
    await given[which].set({ kind: "reset" });
    await given[which].set({ kind: "pass" });
  }
  return async () => given.names.know(true);
}

async function command({ url }: OwnRedis, ...words: [string, ...string[]]): Promise<void> {
  const client = new Redis(url);
  try {
    await client.call(...words);
  } finally {
    client.disconnect();
  }
}
