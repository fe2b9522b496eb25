/** The queue over a Redis that speaks TLS alone, with a certificate of an authority of one's own. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  freePort,
  type RedisForTests,
  redisSpeaksTls,
  startTlsRedis,
} from "../helpers/queue-backends.ts";

const opensslAvailable = spawnSync("openssl", ["version"]).status === 0;
const isTestable = opensslAvailable && redisSpeaksTls();
if (!isTestable) console.info("rediss:// is not tested: it needs openssl and a Redis with TLS.");
const program = resolve(import.meta.dirname, "../helpers/one-run.ts");

describe.skipIf(!isTestable)("a rediss:// address", () => {
  let folder: string;
  let certificate: string;
  let redis: RedisForTests;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "plimsoll-tls-"));
    certificate = join(folder, "cert.pem");
    const key = join(folder, "key.pem");
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"];
    const files = ["-keyout", key, "-out", certificate];
    execFileSync("openssl", [...request, ...subject, ...files], { stdio: "ignore" });
    redis = await startTlsRedis(await freePort(), certificate, key);
  });
  afterAll(async () => {
    await redis?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** A process, because Node reads its authorities when it starts. */
  async function oneRun(authorities: Record<string, string>) {
    const child = spawn(process.execPath, ["--import", "tsx", program, redis.url], {
      env: { PATH: process.env.PATH, ...authorities },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const printed = Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
    const [out, errors, [code]] = await printed;
    return { out, errors, code };
  }

  it("is used where NODE_EXTRA_CA_CERTS names the authority", { timeout: 40_000 }, async () => {
    const { out, errors, code } = await oneRun({ NODE_EXTRA_CA_CERTS: certificate });
    expect(errors).toBe("");
    expect({ out, code }).toEqual({ out: "settled\n", code: 0 });
  });

  it("is refused where nobody vouches for its certificate", { timeout: 40_000 }, async () => {
    const { out, errors, code } = await oneRun({});
    expect({ out, code }).toEqual({ out: "", code: 1 });
    expect(errors).toContain("is REDIS_URL right?");
  });
});
