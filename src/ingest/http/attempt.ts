/**
 * One attempt at one request: sends it, follows redirects that stay among the allowed hosts, and
 * reads the body piece by piece within its bounds of time and size. It never tries twice.
 */
import { setMaxListeners } from "node:events";
import { PlimsollError } from "../../errors.ts";
import type { HttpAnswer, HttpLimits, RequestOptions } from "./client.ts";
import { invalid, redact, statusFailure, tooLarge, unreachable } from "./failures.ts";

const MAX_REDIRECTS = 5;
const REDIRECTS = [301, 302, 303, 307, 308];

/** Resolves with a whole answer; rejects with a `PlimsollError`, or as the caller's signal says. */
export async function attempt(
  url: string,
  options: RequestOptions,
  limits: HttpLimits,
  onHeaders: (headers: Headers) => void,
): Promise<HttpAnswer> {
  options.signal?.throwIfAborted();
  const deadline = new Deadline(options, limits);
  try {
    const response = await send(url, options, limits, deadline);
    const { status, ok, headers } = response;
    onHeaders(headers);
    const failure = statusFailure(status, headers, url);
    if (failure !== null) throw failure;
    const body = await readBody(response, options.maxBytes ?? limits.maxBytes, url, deadline);
    deadline.isRead = true;
    return { status, ok, notModified: status === 304, headers, body, url: response.url || url };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof PlimsollError) throw error;
    throw unreachable(url, deadline.signal.aborted ? deadline.signal.reason : error);
  } finally {
    deadline.end();
  }
}

async function send(
  url: string,
  options: RequestOptions,
  limits: HttpLimits,
  deadline: Deadline,
): Promise<Response> {
  const first = new URL(url);
  let target = first;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const headers = new Headers({ "user-agent": limits.userAgent, ...options.headers });
    if (options.json !== undefined) headers.set("content-type", "application/json");
    if (options.etag) headers.set("if-none-match", options.etag);
    if (options.token && target.origin === first.origin) {
      headers.set("authorization", `Bearer ${options.token}`);
    }
    const response = await fetch(target, {
      method: options.method ?? "GET",
      headers,
      body: options.json === undefined ? undefined : JSON.stringify(options.json),
      redirect: "manual",
      signal: deadline.signal,
    });
    deadline.alive();
    const location = response.headers.get("location");
    if (!REDIRECTS.includes(response.status) || location === null) return response;
    await response.body?.cancel();
    target = redirectTarget(location, target, first, options.redirectHosts ?? []);
  }
  throw invalid(url, `redirects more than ${MAX_REDIRECTS} times`);
}

/** The next URL, if it may be followed: an allowed host, and never from TLS to plain text. */
function redirectTarget(location: string, from: URL, first: URL, hosts: string[]): URL {
  const target = URL.canParse(location, from.href) ? new URL(location, from) : null;
  const sameHost = target?.host === first.host;
  const allowed = hosts.some((host) =>
    host.startsWith(".") ? target?.hostname.endsWith(host) : target?.host === host,
  );
  const downgrade = first.protocol === "https:" && target?.protocol !== "https:";
  if (
    target === null ||
    !(sameHost || allowed) ||
    downgrade ||
    !/^https?:$/.test(target.protocol)
  ) {
    throw invalid(from.href, `redirects to ${target === null ? "nowhere" : redact(target.href)}`);
  }
  return target;
}

async function readBody(
  response: Response,
  maxBytes: number,
  url: string,
  deadline: Deadline,
): Promise<Uint8Array> {
  const declared = Number(response.headers.get("content-length") ?? 0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (declared > maxBytes) {
    await response.body?.cancel();
    throw tooLarge(url, maxBytes);
  }
  for await (const chunk of response.body ?? []) {
    deadline.alive();
    size += chunk.byteLength;
    // Leaving the loop cancels the stream, which closes the connection.
    if (size > maxBytes) throw tooLarge(url, maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/**
 * Everything that may end an attempt early, behind one signal: the whole time, the silence since the
 * last byte, and the caller. Nothing stays attached to the caller's signal, which lives for months.
 */
class Deadline {
  private readonly controller = new AbortController();
  private readonly total: NodeJS.Timeout;
  private readonly idle: NodeJS.Timeout;
  private readonly caller: AbortSignal | undefined;
  readonly signal = this.controller.signal;
  /** The body was read to its end: there is nothing left to close. */
  isRead = false;

  constructor({ signal, totalTimeoutMs }: RequestOptions, limits: HttpLimits) {
    const { idleTimeoutMs } = limits;
    const totalMs = totalTimeoutMs ?? limits.totalTimeoutMs;
    const expire = (message: string) => this.controller.abort(new Error(message));
    this.total = setTimeout(expire, totalMs, `no complete answer within ${totalMs} ms`);
    this.idle = setTimeout(expire, idleTimeoutMs, `nothing received for ${idleTimeoutMs} ms`);
    this.caller = signal;
    if (signal === undefined) return;
    // One signal ends every request of a process: many listeners on it are no leak.
    setMaxListeners(0, signal);
    signal.addEventListener("abort", this.close);
  }

  alive(): void {
    this.idle.refresh();
  }

  /** Stops the clocks and closes what is still open: an answer that nobody reads to its end. */
  end(): void {
    clearTimeout(this.total);
    clearTimeout(this.idle);
    this.caller?.removeEventListener("abort", this.close);
    if (!this.isRead) this.close();
  }

  private readonly close = () => this.controller.abort();
}
