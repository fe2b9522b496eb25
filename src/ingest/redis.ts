/**
 * Connecting to Redis: one server, or a cluster, with TLS or without, as the address says. Several
 * addresses, or `redis+cluster://`, mean a cluster of which they are the first nodes to ask.
 */
import { Cluster, type ClusterNode, type ClusterOptions, Redis, type RedisOptions } from "ioredis";

/**
 * A connection that a firewall has forgotten answers nothing, and is made again. BullMQ waits for jobs
 * and events up to 10 s within one command.
 */
const SILENT_MS = 15_000;

/** Commands wait for a connection that comes back, as BullMQ wants it. */
const OPTIONS: RedisOptions = {
  maxRetriesPerRequest: null,
  retryStrategy: pauseMs,
  socketTimeout: SILENT_MS,
};

/** For requests, which wait for every command: what is not answered at once is done without. */
export const IMPATIENT: RedisOptions = { commandTimeout: 500, maxRetriesPerRequest: 0 };

/**
 * @param url one address, or several separated by commas.
 * @param options what is to differ from a connection for the queue.
 */
export function connectRedis(
  url: string,
  onError: (error: Error) => void,
  options: RedisOptions = {},
): Redis | Cluster {
  const all = { ...OPTIONS, ...options };
  const addresses = url.split(",").map((address) => new URL(address.trim()));
  const [first] = addresses;
  const isCluster = addresses.length > 1 || first!.protocol.includes("+cluster");
  const connection = isCluster
    ? new Cluster(addresses.map(nodeOf), clusterOptions(first!, all))
    : new Redis(url, all);
  connection.on("error", onError);
  return connection;
}

function nodeOf({ hostname, port }: URL): ClusterNode {
  return { host: hostname, port: port === "" ? 6379 : Number(port) };
}

/** Every node takes the same name and password. */
function clusterOptions(
  { protocol, username, password }: URL,
  options: RedisOptions,
): ClusterOptions {
  return {
    clusterRetryStrategy: pauseMs,
    redisOptions: {
      ...options,
      ...(username && { username: decodeURIComponent(username) }),
      ...(password && { password: decodeURIComponent(password) }),
      ...(protocol.startsWith("rediss") && { tls: {} }),
    },
    // The names in a certificate are those of the nodes, not of their addresses.
    ...(protocol.startsWith("rediss") && {
      dnsLookup: (address: string, done: (error: null, address: string) => void) =>
        done(null, address),
    }),
  };
}

/** Short, so that work goes on within seconds after a restart. */
function pauseMs(attempt: number): number {
  return Math.min(attempt * 100, 2000);
}
