/**
 * Under which address a client reaches this server, for links that must be whole: as the request says,
 * or as the proxies in front say where they are configured. Nothing that a client may write itself is
 * believed beyond its form.
 */
import type { IncomingMessage } from "node:http";

/** What a `Host` header may look like to be believed. */
const HOST = /^[\w.-]+(:\d+)?$|^\[[\da-f:]+\](:\d+)?$/i;

/** @param proxies how many proxies in front are trusted; 0: no forwarding header is read. */
export function baseUrl({ headers }: IncomingMessage, proxies: number): string {
  const forwarded = (name: string) => (proxies > 0 ? firstOf(headers[name], proxies) : undefined);
  const protocol = forwarded("x-forwarded-proto") === "https" ? "https" : "http";
  const named = [forwarded("x-forwarded-host"), headers.host];
  return `${protocol}://${named.find((host) => HOST.test(host ?? "")) ?? "localhost"}`;
}

/** What the outermost trusted proxy says; a client's own words are further left. */
function firstOf(header: string | string[] | undefined, proxies: number): string | undefined {
  const said = String(header ?? "").split(",");
  return said[Math.max(0, said.length - proxies)]?.trim().toLowerCase();
}
