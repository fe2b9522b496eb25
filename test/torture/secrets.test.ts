/**
 * Secrets that must be nowhere: every secret the program is given is a word that occurs nowhere else,
 * and whatever it prints and answers while things go wrong is searched for them.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { onServer, useTestDatabase } from "../helpers/database.ts";
import { startFaultProxy } from "../helpers/fault-proxy.ts";
import { startProgram, stopProgram, until } from "./program.ts";

const database = useTestDatabase();
const canary = (name: string) => `canary${name}${randomBytes(12).toString("hex")}`;

it("are in no message, log line, answer or metric", { timeout: 120_000 }, async () => {
  const secrets = {
    password: canary("password"),
    hub: canary("hub"),
    admin: canary("admin"),
    webhook: canary("webhook"),
    // The signing key of an endpoint is as long as its form wants it.
    signing: `${canary("signing")}${"A".repeat(32)}`,
    endpoint: canary("endpoint"),
    redis: canary("redis"),
  };
  const folder = await mkdtemp(join(tmpdir(), "plimsoll-secrets-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const webhooksFile = join(folder, "webhooks.json");
  const url = `http://user:${secrets.endpoint}@127.0.0.1:9/?token=${secrets.endpoint}`;
  const endpoint = {
    id: "far",
    url,
    secret: `whsec_${secrets.signing}`,
    allowPrivateNetwork: true,
  };
  await writeFile(webhooksFile, JSON.stringify([endpoint]));
  const login = `canary_${randomBytes(6).toString("hex")}`;
  await onServer(database.url, (sql) =>
    sql.unsafe(`create role ${login} login superuser password '${secrets.password}'`),
  );
  onTestFinished(async () => {
    // It has made the queue's tables.
    await onServer(database.url, async (sql) => {
      await sql.unsafe(`drop owned by ${login} cascade`);
      await sql.unsafe(`drop role ${login}`);
    });
  });
  const proxy = await startFaultProxy(database.url);
  onTestFinished(() => proxy.close());
  const databaseUrl = new URL(proxy.through(database.url));
  databaseUrl.username = login;
  databaseUrl.password = secrets.password;
  const variables = {
    DATABASE_URL: databaseUrl.href,
    LOG_LEVEL: "debug",
    HF_TOKEN: secrets.hub,
    HF_ENDPOINT: "http://127.0.0.1:1",
    HF_SCHEDULE: "0 0 1 1 *",
    ADMIN_TOKEN: secrets.admin,
    HF_WEBHOOK_SECRET: secrets.webhook,
    WEBHOOKS_FILE: webhooksFile,
    DATABASE_REPLICA_URLS: `postgres://u:${secrets.password}@127.0.0.1:1/gone`,
  };
  let seen = "";
  const program = startProgram("start", variables);
  const base = await program.ready;
  const read = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`${base}${path}`, init).catch((error) => error as Error);
    seen += answer instanceof Error ? answer.message : await answer.text();
    if (answer instanceof Response) seen += JSON.stringify([...answer.headers]);
  };
  const ask = (query: string, token = "") =>
    read("/graphql", {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify({ query }),
    });
  const everything = async () => {
    await ask("{ sources { slug healthy lastError runs(first: 3) { status } } catalogVersion }");
    await ask('mutation { syncSource(source: "hugging-face") { __typename } }', secrets.admin);
    await ask("{ nothing }", secrets.admin);
    await ask("mutation { nothing }", `${secrets.admin}x`);
    for (const path of [
      "/",
      "/readyz",
      "/metrics",
      "/admin/queues",
      "/schema.graphql",
      "/nothing",
    ]) {
      await read(path, { headers: { authorization: `Bearer ${secrets.admin}` } });
    }
    await read("/webhooks/hugging-face", {
      method: "POST",
      body: "{",
      headers: { "x-webhook-secret": "guess" },
    });
  };
  try {
    await until(
      "the Hub's failure",
      async () => program.printed().includes("could not be read completely") || null,
      60_000,
    );
    await until(
      "the endpoint's failure",
      async () => program.printed().includes("did not take an event") || null,
      60_000,
    );
    await everything();
    await proxy.set({ kind: "reset" });
    await everything();
    await sleep(500);
    await proxy.set({ kind: "pass" });
  } finally {
    await stopProgram(program);
  }
  const wrong = startProgram("serve", {
    ...variables,
    DATABASE_URL: databaseUrl.href.replace(login, "nobody_here"),
  });
  await wrong.exited;
  const refused = startProgram("serve", {
    ...variables,
    PORT: "x",
    ADMIN_TOKEN: secrets.admin.slice(0, 9),
    DATABASE_URL: `http://u:${secrets.password}@h`,
    DATABASE_REPLICA_URLS: `http://u:${secrets.password}@h`,
    REDIS_URL: `http://:${secrets.redis}@h`,
    HF_ENDPOINT: `http://u:${secrets.hub}@h`,
  });
  await refused.exited;
  const alone = startProgram("start", {
    ...variables,
    REDIS_URL: `redis://:${secrets.redis}@127.0.0.1:1`,
    RATE_LIMIT_REQUESTS: "100",
  });
  await until(
    "the failure of Redis",
    async () => alone.printed().includes("queue's connection failed") || null,
    60_000,
  );
  await stopProgram(alone);
  for (const each of [program, wrong, refused, alone]) seen += each.printed();
  for (const [name, secret] of Object.entries(secrets)) {
    expect(seen.includes(secret), `the ${name} was told`).toBe(false);
  }
  // What was searched is what was meant: errors of all three were in it.
  expect(seen).toContain("database");
  expect(wrong.printed()).toContain("password authentication failed");
  for (const name of ["PORT", "REDIS_URL", "HF_ENDPOINT", "DATABASE_REPLICA_URLS"]) {
    expect(refused.printed()).toContain(name);
  }
});
