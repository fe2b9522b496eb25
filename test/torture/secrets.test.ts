/**
 * Secrets that must be nowhere: every secret the program is given is a word that occurs nowhere else,
 * and whatever it prints and answers while things go wrong is searched for them.
 */
import { randomBytes } from "node:crypto";
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
  };
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
  const url = new URL(proxy.through(database.url));
  url.username = login;
  url.password = secrets.password;
  const variables = {
    DATABASE_URL: url.href,
    LOG_LEVEL: "debug",
    HF_TOKEN: secrets.hub,
    HF_ENDPOINT: "http://127.0.0.1:1",
    HF_SCHEDULE: "0 0 1 1 *",
    ADMIN_TOKEN: secrets.admin,
    HF_WEBHOOK_SECRET: secrets.webhook,
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
    DATABASE_URL: url.href.replace(login, "nobody_here"),
  });
  await wrong.exited;
  const refused = startProgram("serve", {
    ...variables,
    PORT: "x",
    ADMIN_TOKEN: secrets.admin.slice(0, 9),
    DATABASE_URL: `http://u:${secrets.password}@h`,
  });
  await refused.exited;
  seen += program.printed() + wrong.printed() + refused.printed();
  for (const [name, secret] of Object.entries(secrets)) {
    expect(seen.includes(secret), `the ${name} was told`).toBe(false);
  }
  // What was searched is what was meant: errors of all three were in it.
  expect(seen).toContain("database");
  expect(wrong.printed()).toContain("password authentication failed");
  expect(refused.printed()).toContain("PORT");
});
