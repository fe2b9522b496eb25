/**
 * The variables of the API as a service: where it listens, who may do more than read, how much one
 * client may ask, and how it stops and is watched.
 */
import * as z from "zod";
import { wholeNumber } from "./values.ts";

/** A token that can be guessed is none. */
const SHORTEST_TOKEN = 16;

export const servingVariables = {
  PORT: wholeNumber(0, 65_535)
    .default(4000)
    .describe("Port of the GraphQL API; 0 picks a free one."),
  HOST: z.string().default("127.0.0.1").describe("Address to listen on; loopback unless set."),
  METRICS_PORT: wholeNumber(0, 65_535)
    .optional()
    .describe(
      "Port of its own for /metrics and health, also of a worker; otherwise the API's port has them.",
    ),
  ADMIN_TOKEN: z
    .string()
    .min(SHORTEST_TOKEN, `must have at least ${SHORTEST_TOKEN} characters`)
    .optional()
    .describe("Bearer token for mutations and /admin/queues, which are off without it."),
  RATE_LIMIT_REQUESTS: wholeNumber(0, 1e9)
    .default(0)
    .describe(
      "Questions, exports and feed readings that one client may make in a minute; 0 for any number.",
    ),
  RATE_LIMIT_COST: wholeNumber(0, 1e12)
    .default(0)
    .describe("Query cost that one client may spend in a minute; 0 for any."),
  TRUST_PROXY: wholeNumber(0, 16)
    .default(0)
    .describe("Proxies in front whose X-Forwarded-For, -Proto and -Host are believed; 0 for none."),
  SHUTDOWN_DELAY_MS: wholeNumber(0, 600_000)
    .default(0)
    .describe("Milliseconds to go on answering after /readyz has turned to 503."),
};

const servingValues = z.object(servingVariables);

export interface ServingConfig {
  host: string;
  port: number;
  /** Null: the API's port. */
  metricsPort: number | null;
  /** Null: nobody is an administrator. */
  adminToken: string | null;
  /** Per client and minute; 0: no limit. */
  rateLimit: { requests: number; cost: number };
  /** Hops of the forwarding headers that are believed. */
  trustedProxies: number;
  shutdownDelayMs: number;
}

export function readServing(values: z.infer<typeof servingValues>): ServingConfig {
  return {
    host: values.HOST,
    port: values.PORT,
    metricsPort: values.METRICS_PORT ?? null,
    adminToken: values.ADMIN_TOKEN ?? null,
    rateLimit: { requests: values.RATE_LIMIT_REQUESTS, cost: values.RATE_LIMIT_COST },
    trustedProxies: values.TRUST_PROXY,
    shutdownDelayMs: values.SHUTDOWN_DELAY_MS,
  };
}
