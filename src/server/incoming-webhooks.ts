/**
 * Doors for upstreams that call us. What a call means is not known here: the application hands down a
 * path, the secret that a caller must bring, and what is to be done with a body. Whoever calls without
 * the secret learns nothing.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { sendJson } from "./http/content.ts";
import type { Route } from "./http/router.ts";

export interface IncomingWebhook {
  path: string;
  secret: string;
  /** Acts on the body, parsed but not to be trusted; gives what was done, in a word. */
  accept(body: unknown): Promise<string>;
}

const MOST_BYTES = 256 * 1024;

export function incomingWebhookRoutes(webhooks: readonly IncomingWebhook[]): Route[] {
  return webhooks.map((webhook) => ({
    path: webhook.path,
    methods: ["POST"],
    handle: (req, res, { search }) => handle(webhook, req, res, search),
  }));
}

async function handle(
  { secret, accept }: IncomingWebhook,
  req: IncomingMessage,
  res: ServerResponse,
  search: string,
): Promise<void> {
  const given = req.headers["x-webhook-secret"] ?? new URLSearchParams(search).get("secret");
  if (typeof given !== "string" || !isEqual(given, secret)) {
    return refuse(req, res, 401, "The secret is missing or wrong.");
  }
  const text = await readBody(req);
  if (text === null) return refuse(req, res, 413, `A body has at most ${MOST_BYTES} bytes.`);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return refuse(req, res, 400, "The body is not JSON.");
  }
  sendJson(res, 202, { result: await accept(body) });
}

/** What is left of a refused body is not waited for. */
function refuse(req: IncomingMessage, res: ServerResponse, status: number, error: string): void {
  if (!req.complete) res.setHeader("connection", "close");
  sendJson(res, status, { error });
}

/** Takes the same time whatever differs, and however long it is. */
function isEqual(a: string, b: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}

/** Null when it is too long. */
async function readBody(req: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
