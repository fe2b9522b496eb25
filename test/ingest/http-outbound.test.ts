/**
 * What upstreams and users say never makes us ask another host: not a model's id, not a link, not a
 * redirect. Each case has a server on another port that must hear nothing.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { createHttpClient } from "../../src/ingest/http/client.ts";
import { HubClient } from "../../src/ingest/sources/hugging-face/client.ts";
import { REPOSITORY_ID } from "../../src/ingest/sources/hugging-face/protocol.ts";
import { silentLog } from "../../src/log.ts";

interface Heard {
  url: string;
  requests: string[];
  close(): Promise<void>;
}

/** A server that answers as told and notes what it was asked. */
async function listen(answer: (path: string) => Record<string, string> | null): Promise<Heard> {
  const requests: string[] = [];
  const server: Server = createServer((req, res) => {
    requests.push(req.url ?? "");
    const headers = answer(req.url ?? "") ?? {};
    res.writeHead(headers.location ? 302 : 200, headers).end("[]");
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () => new Promise((done) => server.close(() => done())),
  };
}

const http = createHttpClient({ userAgent: "plimsoll-test", log: silentLog, attempts: 1 });
let hub: Heard;
let elsewhere: Heard;
let headers: Record<string, string>;

beforeEach(async () => {
  headers = {};
  hub = await listen((path) => (path.startsWith("/followed") ? {} : headers));
  elsewhere = await listen(() => ({}));
});
afterEach(async () => {
  await hub.close();
  await elsewhere.close();
});

const client = () =>
  new HubClient(http, { endpoint: hub.url, token: null }, new AbortController().signal);
const refused = { code: "UPSTREAM_INVALID", retryable: false };

describe("the id of a model", () => {
  const host = () => elsewhere.url.replace("http://", "");
  const hostile = (): string[] => [
    ...["../admin", "a/../../admin", "a/..", "..", ".", "%2e%2e/admin", "a/%2e%2e%2fadmin"],
    ...[`@${host()}/x`, `a@${host()}`, `//${host()}/x`, `\\\\${host()}\\x`, `http://${host()}/x`],
    ...[`%2f%2f${host()}/x`, "a/b?c=d", "a/b#c", "a/b/c", "a b/c", "a/b\r\nHost: x", "a/b\u0000"],
    ...["", "/", "a/", "/a", "ａ/ｂ", "a/b\n"],
  ];

  test("is refused wherever it could lead out of its place in a path", () => {
    for (const id of hostile()) expect(REPOSITORY_ID.test(id), JSON.stringify(id)).toBe(false);
    for (const id of ["Qwen/Qwen3-8B", "gpt2", "a/b..c", "_x/y.z"]) {
      expect(REPOSITORY_ID.test(id), id).toBe(true);
    }
  });

  test("stays on the configured host even where nobody has looked at it", async () => {
    for (const id of hostile()) {
      const asked = client().file(id, "main", "config.json");
      await asked.catch((error) => expect(error).toMatchObject({ name: "PlimsollError" }));
    }
    expect(elsewhere.requests).toEqual([]);
  });
});

describe("a link to the next page", () => {
  test.each([
    ["another host", () => `${elsewhere.url}/api/models?cursor=x`],
    ["the address of cloud metadata", () => "http://169.254.169.254/latest?cursor=x"],
    ["a file", () => "file:///etc/passwd?cursor=x"],
    ["a host without a protocol", () => `${elsewhere.url.slice(5)}/?cursor=x`],
  ])("to %s is read for its query alone", async (_, target) => {
    headers = { link: `<${target()}>; rel="next"` };
    const { nextQuery } = await client().list("limit=1");
    expect(nextQuery).toBe("cursor=x");
    await client().list(nextQuery!);
    expect(hub.requests.at(-1)).toBe("/api/models?cursor=x");
    expect(elsewhere.requests).toEqual([]);
  });
});

describe("a redirect", () => {
  const follow = (redirectHosts?: string[]) =>
    http.request(`${hub.url}/start`, redirectHosts ? { redirectHosts } : {});

  test.each([
    ["another host", () => `${elsewhere.url}/x`],
    ["another host without a protocol", () => `${elsewhere.url.slice(5)}/x`],
    ["another host that names ours as a user", () => `http://127.0.0.1@${elsewhere.url.slice(7)}/`],
    ["cloud metadata", () => "http://169.254.169.254/latest/meta-data/"],
    ["this machine", () => "http://localhost:1/"],
    ["a private address", () => "http://10.0.0.1/"],
    ["an address of IPv6", () => "http://[::1]:1/"],
    ["a number for an address", () => "http://2130706433:1/"],
    ["a file", () => "file:///etc/passwd"],
    ["data in place", () => "data:text/plain,x"],
    ["nowhere", () => "http://"],
    ["a look-alike of an allowed host", () => "https://evil-huggingface.co/x"],
    ["an allowed host as the name of a user", () => "https://huggingface.co@evil.example/x"],
  ])("to %s is refused", async (_, target) => {
    headers = { location: target() };
    const allowed = ["huggingface.co", ".huggingface.co", ".hf.co"];
    await expect(follow(allowed)).rejects.toMatchObject(refused);
    expect(elsewhere.requests).toEqual([]);
    expect(hub.requests).toEqual(["/start"]);
  });

  test("from TLS to plain text is refused, on the same host too", async () => {
    const location = "http://huggingface.co/x";
    const fetch = vi.fn(async () => new Response(null, { status: 302, headers: { location } }));
    vi.stubGlobal("fetch", fetch);
    onTestFinished(() => void vi.unstubAllGlobals());
    await expect(http.request("https://huggingface.co/start")).rejects.toMatchObject(refused);
    expect(fetch).toHaveBeenCalledOnce();
  });

  test("within the host, or to a host that the source allows, is followed", async () => {
    headers = { location: "/followed" };
    expect((await follow()).url).toBe(`${hub.url}/followed`);
    headers = { location: `${elsewhere.url}/file` };
    await follow([elsewhere.url.replace("http://", "")]);
    expect(elsewhere.requests).toEqual(["/file"]);
  });
});
