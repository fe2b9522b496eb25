/**
 * The registry's protocol, as far as we read it: a manifest names layers by digest and size, and one
 * small blob describes the model. Manifests come as plain text, so content types are not looked at.
 */
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { PlimsollError } from "../../../errors.ts";
import type { HttpClient } from "../../http/client.ts";
import { invalid } from "../../http/failures.ts";
import { parseJson } from "../../http/json.ts";

const KiB = 1024;
/** Blobs are kept in an object store elsewhere. */
const REDIRECT_HOSTS = [".r2.cloudflarestorage.com"];

const text = z.string().max(500);
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const bytes = z.int().nonnegative();

const manifest = z.object({
  config: z.object({ digest, size: bytes }),
  layers: z
    .array(z.object({ mediaType: text, digest, size: bytes }))
    .min(1)
    .max(20_000),
});

const description = z.object({
  model_format: text.nullish(),
  /** Quantization, such as `Q4_K_M`. */
  file_type: text.nullish(),
  /** Set for models that run elsewhere and have no files. */
  remote_host: text.nullish(),
});

export interface Manifest extends z.infer<typeof manifest> {
  /** Hash of the manifest itself: the revision of a tag. */
  digest: string;
}
export type Description = z.infer<typeof description>;

export class OllamaRegistry {
  private readonly endpoint: string;
  private readonly pauseMs: number;
  private turn: Promise<unknown> = Promise.resolve();

  /** @param pauseMs between two requests; no limit is documented, so we keep well below any. */
  constructor(endpoint: string, pauseMs: number) {
    this.endpoint = endpoint;
    this.pauseMs = pauseMs;
  }

  async manifest(name: string, tag: string, http: HttpClient, signal: AbortSignal) {
    const url = `${this.endpoint}/v2/library/${name}/manifests/${tag}`;
    const answer = await this.get(url, 512 * KiB, http, signal);
    const hash = createHash("sha256").update(answer.body).digest("hex");
    return { ...parseJson(answer, manifest), digest: `sha256:${hash}` } satisfies Manifest;
  }

  async description(name: string, { config }: Manifest, http: HttpClient, signal: AbortSignal) {
    const url = `${this.endpoint}/v2/library/${name}/blobs/${config.digest}`;
    const answer = await this.get(url, 64 * KiB, http, signal);
    const hash = createHash("sha256").update(answer.body).digest("hex");
    if (`sha256:${hash}` !== config.digest) throw invalid(url, "is not what its digest says");
    return parseJson(answer, description);
  }

  private async get(url: string, maxBytes: number, http: HttpClient, signal: AbortSignal) {
    const before = this.turn;
    this.turn = before.then(() => sleep(this.pauseMs, undefined, { signal })).catch(() => {});
    await before;
    const answer = await http.request(url, { signal, maxBytes, redirectHosts: REDIRECT_HOSTS });
    if (answer.ok) return answer;
    if (answer.status !== 404) throw invalid(url, `answered ${answer.status}`);
    throw new PlimsollError("UPSTREAM_MISSING", `${new URL(url).pathname} does not exist`);
  }
}
