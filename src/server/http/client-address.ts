/**
 * Who a request comes from, for limits: the address of the connection, or what the proxies in front
 * say, as many of them as are configured. What a client writes into the header itself is further left
 * and is never reached.
 */
import type { IncomingMessage } from "node:http";
import ipaddr from "ipaddr.js";

/** @param proxies how many proxies in front add to `X-Forwarded-For`; 0: the header is not read. */
export function clientAddress(req: IncomingMessage, proxies: number): string {
  const peer = req.socket.remoteAddress ?? "unknown";
  if (proxies === 0) return network(peer);
  const forwarded = String(req.headers["x-forwarded-for"] ?? "")
    .split(",")
    .map((address) => address.trim())
    .filter((address) => ipaddr.isValid(address));
  return network([...forwarded, peer].at(-1 - Math.min(proxies, forwarded.length)) ?? peer);
}

/** An IPv6 client owns a whole /64, so that is what is counted. */
function network(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === "ipv4") return parsed.toString();
  return `${(parsed as ipaddr.IPv6).parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(":")}::/64`;
}
