/** GGUF headers that claim the impossible are refused with a reason, after reading a bounded part of them. */
import { describe, expect, it } from "vitest";
import { PlimsollError } from "../../../src/errors.ts";
import { readContents } from "../../../src/ingest/sources/gguf/header.ts";
import type { HubClient } from "../../../src/ingest/sources/hugging-face/client.ts";

const MiB = 1024 * 1024;

/** Magic, version 3 and the two counts, then the rest. */
function file(tensors: bigint, keys: bigint, rest: Buffer): Buffer {
  const start = Buffer.alloc(24);
  start.write("GGUF");
  start.writeUInt32LE(3, 4);
  start.writeBigUInt64LE(tensors, 8);
  start.writeBigUInt64LE(keys, 16);
  return Buffer.concat([start, rest]);
}

/** A key whose name is said to have this many bytes. */
function longName(bytes: bigint): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(bytes);
  return Buffer.concat([length, Buffer.alloc(1024, 0x61)]);
}

async function refusal(content: Buffer): Promise<{ error: unknown; received: number }> {
  let received = 0;
  const part: HubClient["part"] = async (_id, _revision, _path, first, last) => ({
    body: new Uint8Array(content.subarray(first, last + 1)),
    headers: new Headers({ "content-range": `bytes ${first}-${last}/${content.length}` }),
  });
  const hub = { part } as HubClient;
  const set = { id: "a/b", revision: "main", paths: ["model.gguf"] };
  const error = await readContents(hub, set, (count) => {
    received += count;
  }).catch((reason: unknown) => reason);
  return { error, received };
}

describe("a GGUF header", () => {
  it.each([
    ["10^9 tensors", file(1_000_000_000n, 0n, Buffer.alloc(4 * MiB))],
    ["10^9 keys", file(0n, 1_000_000_000n, Buffer.alloc(4 * MiB))],
    ["2^63 tensors", file(2n ** 63n, 0n, Buffer.alloc(1024))],
    ["a name of 10^18 bytes", file(0n, 1n, longName(10n ** 18n))],
    ["tensors, and ends", file(3n, 0n, Buffer.alloc(0))],
  ])("that claims %s is refused", async (_what, content) => {
    const { error, received } = await refusal(content);
    expect(error).toBeInstanceOf(PlimsollError);
    expect((error as PlimsollError).code).toBe("UPSTREAM_INVALID");
    expect(received).toBeLessThan(64 * MiB);
  });
});
