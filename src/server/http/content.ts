/**
 * A finished answer (page, schema, asset) and how it is sent: gzip when the client takes it, 304 when
 * the client has it. HEAD needs nothing here, because Node drops the body of its answers.
 */
import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gunzip as gunzipCallback, gzip as gzipCallback } from "node:zlib";
import { namesTag, takesGzip } from "./conditional.ts";

const gzip = promisify(gzipCallback);
const gunzip = promisify(gunzipCallback);
/** Below this a compressed answer fills as many packets as a plain one. */
const COMPRESS_FROM_BYTES = 1_000;

export interface Content {
  type: string;
  /** The plain and the compressed form; large files are kept in the compressed one alone. */
  body: Buffer | null;
  gzipped: Buffer | null;
  /** Short hash of the body; part of the entity tag and, for assets, of the name. */
  hash: string;
  cacheControl: string;
  headers: Record<string, string>;
}

export interface ContentOptions {
  type: string;
  /** `no-cache` means: keep it, but ask each time whether it is still good. */
  cacheControl?: string;
  headers?: Record<string, string>;
}

/** Prepares a text once, so that each request only copies bytes. */
export async function prepareContent(text: string, options: ContentOptions): Promise<Content> {
  const body = Buffer.from(text);
  const gzipped = body.length < COMPRESS_FROM_BYTES ? null : await gzip(body);
  return describe({ body, gzipped, hash: hashOf(body) }, options);
}

/** The same for what is already compressed. */
export function compressedContent(gzipped: Buffer, options: ContentOptions): Content {
  return describe({ body: null, gzipped, hash: hashOf(gzipped) }, options);
}

function describe(
  forms: Pick<Content, "body" | "gzipped" | "hash">,
  { type, cacheControl = "no-cache", headers = {} }: ContentOptions,
): Content {
  return { ...forms, type, cacheControl, headers };
}

function hashOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("base64url").slice(0, 16);
}

/** Answers with the content, in the form and with the status that the request's headers ask for. */
export async function sendContent(
  req: IncomingMessage,
  res: ServerResponse,
  content: Content,
): Promise<void> {
  const zipped = takesGzip(req.headers["accept-encoding"]) ? content.gzipped : null;
  const etag = `"${content.hash}${zipped ? "-gzip" : ""}"`;
  const headers: Record<string, string | number> = {
    ...content.headers,
    etag,
    "cache-control": content.cacheControl,
    vary: res.hasHeader("vary") ? `${res.getHeader("vary")}, Accept-Encoding` : "Accept-Encoding",
  };
  if (namesTag(req.headers["if-none-match"], etag)) {
    res.writeHead(304, headers).end();
    return;
  }
  const body = zipped ?? content.body ?? (await gunzip(content.gzipped!));
  if (zipped) headers["content-encoding"] = "gzip";
  res.writeHead(200, { ...headers, "content-type": content.type, "content-length": body.length });
  res.end(body);
}

export function sendJson(res: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(`${JSON.stringify(value)}\n`);
  res.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": body.length,
    "cache-control": "no-store",
  });
  res.end(body);
}
