/**
 * Faults on request: what a test plants, and how it reaches the wire. A fault applies to matching
 * requests a given number of times, the first planted first.
 */
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { HubRequest, Reply } from "./replies.ts";

export type Fault =
  | { kind: "status"; status: number; headers?: Record<string, string>; body?: string }
  /** Another body or content type, with the status it would have had. */
  | { kind: "body"; body: string | Buffer; contentType?: string }
  /** The connection is closed before any answer. */
  | { kind: "reset" }
  /** The announced length, half of the bytes, then the connection is closed. */
  | { kind: "truncate" }
  /** A pause before the answer. */
  | { kind: "slow"; delayMs: number }
  /** Headers and one byte, then silence. */
  | { kind: "stall" }
  /** A body of this many bytes, without a length in its headers. */
  | { kind: "huge"; bytes: number };

/** Part of the path with its query, a pattern over it, or any condition. */
export type Matcher = string | RegExp | ((request: HubRequest) => boolean);

interface Planted {
  matcher: Matcher;
  fault: Fault;
  left: number;
}

export class Faults {
  private readonly planted: Planted[] = [];

  plant(matcher: Matcher, fault: Fault, times: number): void {
    this.planted.push({ matcher, fault, left: times });
  }

  /** The fault for this request, used up by one. */
  take(request: HubRequest): Fault | null {
    const found = this.planted.find(({ matcher, left }) => left > 0 && hits(matcher, request));
    if (found === undefined) return null;
    found.left--;
    return found.fault;
  }
}

function hits(matcher: Matcher, request: HubRequest): boolean {
  if (typeof matcher === "function") return matcher(request);
  const address = request.url.pathname + request.url.search;
  return typeof matcher === "string" ? address.includes(matcher) : matcher.test(address);
}

/** Sends the reply, spoiled by the fault where there is one. */
export async function send(res: ServerResponse, reply: Reply, fault: Fault | null): Promise<void> {
  const { status, headers, body } = reply;
  const length = { "content-length": String(body.length) };
  switch (fault?.kind) {
    case "reset":
      res.destroy();
      return;
    case "status":
      res.writeHead(fault.status, fault.headers).end(fault.body ?? "");
      return;
    case "body": {
      const type = fault.contentType && { "content-type": fault.contentType };
      res.writeHead(status, { ...headers, ...type }).end(fault.body);
      return;
    }
    case "truncate":
      res.writeHead(status, { ...headers, ...length });
      res.write(body.subarray(0, Math.ceil(body.length / 2)), () => res.destroy());
      return;
    case "stall":
      res.writeHead(status, headers).write(body.subarray(0, 1));
      return;
    case "huge":
      res.writeHead(status, headers);
      await sendEndless(res, fault.bytes);
      return;
    case "slow":
      await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
  }
  res.writeHead(status, status === 304 ? headers : { ...headers, ...length }).end(body);
}

async function sendEndless(res: ServerResponse, bytes: number): Promise<void> {
  const chunk = Buffer.alloc(64 * 1024, " ");
  const closed = once(res, "close");
  for (let sent = 0; sent < bytes && !res.destroyed; sent += chunk.length) {
    if (!res.write(chunk)) await Promise.race([once(res, "drain"), closed]);
  }
  res.end();
}
