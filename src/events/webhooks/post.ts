/**
 * One POST to an address that somebody else may control. The name is looked up here and the connection
 * goes to what was found, so a name cannot mean one host when it is checked and another when it is
 * used. Only public addresses are allowed, redirects are not followed, and neither the time nor the size
 * of the answer is left to the other side.
 */
import { type LookupAddress, lookup } from "node:dns";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import { PlimsollError } from "../../errors.ts";

export interface Post {
  url: string;
  headers: Record<string, string>;
  body: string;
  /** True for endpoints that the operator allows to be anywhere. */
  anywhere: boolean;
  timeoutMs?: number;
}

export interface PostAnswer {
  status: number;
}

const TIMEOUT_MS = 15_000;
/** Bytes of an answer that are read, to be polite; what it says does not matter. */
const MOST_BYTES = 64 * 1024;

export function isPublicAddress(address: string): boolean {
  // IPv4 within IPv6 counts as what it is; what is no address counts as none.
  return ipaddr.isValid(address) && ipaddr.process(address).range() === "unicast";
}

/** Sends and gives the status. Throws `UPSTREAM_UNAVAILABLE` where there is no answer. */
export function post({ url, headers, body, anywhere, timeoutMs }: Post): Promise<PostAnswer> {
  const target = new URL(url);
  const host = target.hostname.replace(/^\[|\]$/g, "");
  // No look-up is made for an address, so nothing would check it.
  if (!anywhere && isIP(host) && !isPublicAddress(host)) return Promise.reject(notAllowed(host));
  const request = target.protocol === "https:" ? httpsRequest : httpRequest;
  const signal = AbortSignal.timeout(timeoutMs ?? TIMEOUT_MS);
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      if (error instanceof PlimsollError) return reject(error);
      const why = signal.aborted ? "It did not answer in time." : error.message;
      reject(new PlimsollError("UPSTREAM_UNAVAILABLE", why, { retryable: true }));
    };
    const sent = request(target, {
      method: "POST",
      headers: { ...headers, "content-length": String(Buffer.byteLength(body)) },
      agent: false,
      signal,
      ...(anywhere ? {} : { lookup: publicOnly }),
    });
    sent.once("error", fail);
    sent.once("response", (response) => {
      let read = 0;
      response.on("data", (chunk: Buffer) => {
        read += chunk.length;
        if (read > MOST_BYTES) sent.destroy();
      });
      response.once("error", () => {});
      response.once("close", () => resolve({ status: response.statusCode ?? 0 }));
    });
    sent.end(body);
  });
}

/** Finds the addresses of a name, all of which have to be public. */
const publicOnly: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error) return callback(error, []);
    const inside = addresses.find(({ address }) => !isPublicAddress(address));
    if (inside) return callback(notAllowed(inside.address), []);
    const [first] = addresses;
    if (options.all) callback(null, addresses);
    else callback(null, first!.address, first!.family);
  });
};

function notAllowed(address: string): PlimsollError {
  return new PlimsollError(
    "UPSTREAM_UNAVAILABLE",
    `${address} is not a public address; set allowPrivateNetwork if this is meant.`,
  );
}
