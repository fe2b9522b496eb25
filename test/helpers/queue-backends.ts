/**
 * The queue backends that this machine can test: always Postgres; Redis where `TEST_REDIS_URL` names
 * one or a `valkey-server` or `redis-server` is on the path. On CI a missing Redis is a failure.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";

export interface RedisForTests {
  url: string;
  stop(): Promise<void>;
}

const binary = ["valkey-server", "redis-server"].find(
  (name) => spawnSync(name, ["--version"]).status === 0,
);

export const redisAvailable = Boolean(process.env.TEST_REDIS_URL ?? binary);
/** Whether a test can have a Redis that it may stop. */
export const ownRedisAvailable = Boolean(binary);

if (!redisAvailable) {
  const message = "Redis mode is not tested: install redis-server or set TEST_REDIS_URL.";
  if (process.env.CI) throw new Error(message);
  console.info(message);
}

/** A Redis of this test file's own, on a free port, that keeps nothing. */
export async function startRedis(): Promise<RedisForTests> {
  const given = process.env.TEST_REDIS_URL;
  if (given) return { url: given, stop: async () => {} };
  const { url, stop } = await startOwnRedis("--appendonly", "no");
  return { url, stop };
}

export interface OwnRedis extends RedisForTests {
  start(): Promise<void>;
}

/** One that can be stopped and started on the same port, with further options of the server. */
export async function startOwnRedis(...options: string[]): Promise<OwnRedis> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const common = ["--port", String(port), "--bind", "127.0.0.1", "--save", ""];
  let server: ChildProcess;

  async function start(): Promise<void> {
    server = spawn(binary!, [...common, ...options], { stdio: "ignore" });
    const client = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: 100 });
    client.on("error", () => {});
    await client.ping();
    client.disconnect();
  }

  await start();
  return {
    url,
    start,
    async stop() {
      server.kill("SIGTERM");
      await Promise.race([once(server, "exit"), delay(5000)]);
    },
  };
}

/** Whether that server was built with TLS: it ends at the first option that it does not know. */
export function redisSpeaksTls(): boolean {
  if (!binary) return false;
  const { stderr } = spawnSync(binary, ["--tls-port", "0", "--no-such-option", "1"]);
  return String(stderr).includes("no-such-option");
}

/** One that speaks TLS alone. */
export async function startTlsRedis(
  port: number,
  certificate: string,
  key: string,
): Promise<RedisForTests> {
  const address = ["--port", "0", "--tls-port", String(port), "--bind", "127.0.0.1"];
  const trust = ["--tls-cert-file", certificate, "--tls-key-file", key, "--tls-auth-clients", "no"];
  const server = spawn(binary!, [...address, ...trust, "--save", ""], { stdio: "ignore" });
  return {
    url: `rediss://localhost:${port}`,
    async stop() {
      server.kill("SIGTERM");
      await Promise.race([once(server, "exit"), delay(5000)]);
    },
  };
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  return typeof address === "object" && address ? address.port : 0;
}
