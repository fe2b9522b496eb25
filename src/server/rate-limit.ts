/**
 * How much one client may ask in a minute: so many requests, and so much query cost. Kept in Redis
 * where there is one, so that all API processes count together, and in memory otherwise or while that
 * Redis is gone. The cost of a request is known after it was admitted, so who has spent everything is
 * refused the next one; an answer that was kept costs nothing.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Cluster, Redis } from "ioredis";
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from "rate-limiter-flexible";
import { answerType } from "./graphql/media.ts";
import { refuse } from "./graphql/refusal.ts";
import { clientAddress } from "./http/client-address.ts";

const WINDOW_SECONDS = 60;

export interface RateLimitOptions {
  /** Per client and minute; 0: no limit. */
  requests: number;
  cost: number;
  /** Proxies in front whose word for the client's address is taken. */
  trustedProxies: number;
  redis: Redis | Cluster | null;
}

export interface RateLimit {
  /** False when the client has had its share, and was told so. */
  admit(req: IncomingMessage, res: ServerResponse): Promise<boolean>;
  /** Takes the cost of an answer that was computed. */
  charge(req: IncomingMessage, cost: number): void;
}

/** Null where nothing is limited. */
export function createRateLimit(options: RateLimitOptions): RateLimit | null {
  const { trustedProxies, redis } = options;
  const requests = makeLimit("requests", options.requests, redis);
  const cost = makeLimit("cost", options.cost, redis);
  if (!requests && !cost) return null;

  return {
    async admit(req, res) {
      const client = clientAddress(req, trustedProxies);
      const used = await Promise.all([
        requests && takeOne(requests, client),
        cost && look(cost, client),
      ]);
      const counts = used.filter((one) => one !== null);
      res.setHeader("ratelimit-policy", counts.map(policyOf).join(", "));
      res.setHeader("ratelimit", counts.map(stateOf).join(", "));
      const over = counts.find((count) => count.refused);
      if (!over) return true;
      const { quota, what, resetSeconds: retryAfter } = over;
      const message = `More than ${quota} ${what} in ${WINDOW_SECONDS} s. Try again in ${retryAfter} s.`;
      const refusal = { status: 429, code: "RATE_LIMITED", message, retryAfter };
      refuse(refusal, answerType(req.headers.accept)).send(req, res);
      return false;
    },

    charge(req, points) {
      // A store that fails has its substitute in memory; there is nobody to tell.
      cost?.limiter.penalty(clientAddress(req, trustedProxies), points).catch(() => {});
    },
  };
}

interface Limit {
  what: string;
  quota: number;
  limiter: RateLimiterAbstract;
}

interface Count extends Limit {
  remaining: number;
  resetSeconds: number;
  refused: boolean;
}

function makeLimit(what: string, quota: number, redis: Redis | Cluster | null): Limit | null {
  if (quota === 0) return null;
  const common = { keyPrefix: `plimsoll:limit:${what}`, points: quota, duration: WINDOW_SECONDS };
  const memory = new RateLimiterMemory(common);
  if (!redis) return { what, quota, limiter: memory };
  const store = { storeClient: redis, rejectIfRedisNotReady: true, insuranceLimiter: memory };
  return { what, quota, limiter: new RateLimiterRedis({ ...common, ...store }) };
}

/** Takes one request. */
async function takeOne(limit: Limit, client: string): Promise<Count> {
  const state = await limit.limiter.consume(client).catch((refusal) => {
    if (refusal instanceof RateLimiterRes) return refusal;
    throw refusal;
  });
  return countOf(limit, state, state.consumedPoints > limit.quota);
}

/** Looks at what was spent. */
async function look(limit: Limit, client: string): Promise<Count> {
  const state = await limit.limiter.get(client);
  return countOf(limit, state, state !== null && state.consumedPoints >= limit.quota);
}

function countOf(limit: Limit, state: RateLimiterRes | null, refused: boolean): Count {
  const remaining = Math.max(0, limit.quota - (state?.consumedPoints ?? 0));
  const resetSeconds = Math.ceil((state?.msBeforeNext ?? WINDOW_SECONDS * 1000) / 1000);
  return { ...limit, remaining, resetSeconds, refused };
}

const policyOf = ({ what, quota }: Count) => `"${what}";q=${quota};w=${WINDOW_SECONDS}`;
const stateOf = ({ what, remaining, resetSeconds }: Count) =>
  `"${what}";r=${remaining};t=${resetSeconds}`;
