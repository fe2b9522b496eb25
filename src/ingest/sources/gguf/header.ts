/**
 * What a GGUF file says of itself, read from its header by HTTP range: how many weights it stores in
 * which type. The names of dynamic and mixed quantizations (`UD-Q4_K_XL`, `Q4_K_L`) do not tell.
 */
import { GGMLFileQuantizationType, GGMLQuantizationType, gguf } from "@huggingface/gguf";
import { messageOf, PlimsollError } from "../../../errors.ts";
import type { HubClient } from "../hugging-face/client.ts";

export interface GgufContents {
  /** Weights by the type they are stored in, such as `Q4_K`. */
  types: Record<string, number>;
  /** Sum of the above. */
  parameters: number;
  /** The quantization that the file says it is; null when it does not. */
  label: string | null;
}

export interface FileSet {
  id: string;
  revision: string;
  /** All the files of one set of weights; each shard lists its own tensors. */
  paths: string[];
}

/**
 * Reads the headers of all files of a set.
 * @param onBytes told how much each request brought.
 * @throws PlimsollError `UPSTREAM_INVALID` when one of them is not a GGUF header.
 */
export async function readContents(
  hub: HubClient,
  { id, revision, paths }: FileSet,
  onBytes: (count: number) => void,
): Promise<GgufContents> {
  const contents: GgufContents = { types: {}, parameters: 0, label: null };
  for (const path of paths) {
    let received = 0;
    const { metadata, tensorInfos, tensorInfoByteRange } = await parse(path, async (_, init) => {
      const range = new Headers(init?.headers).get("range") ?? "";
      const [, first, last] = range.match(/^bytes=(\d+)-(\d+)$/) ?? [];
      const { body, headers } = await hub.part(id, revision, path, Number(first), Number(last));
      received += body.byteLength;
      onBytes(body.byteLength);
      return new Response(Buffer.from(body), { headers });
    });
    // The parser reads zeros past the end of what it was given.
    if (tensorInfoByteRange[1] > received) throw invalid(path, "it is cut short");
    for (const { shape, dtype } of tensorInfos) {
      const elements = shape.reduce((product, width) => product * Number(width), 1);
      const type = GGMLQuantizationType[dtype] ?? `type ${dtype}`;
      contents.types[type] = (contents.types[type] ?? 0) + elements;
      contents.parameters += elements;
    }
    const fileType = (metadata as Record<string, unknown>)["general.file_type"];
    contents.label ??= GGMLFileQuantizationType[Number(fileType)] ?? null;
  }
  if (!Number.isSafeInteger(contents.parameters)) {
    throw invalid(`${paths[0]}`, "its sizes are impossible");
  }
  return contents;
}

/** The parser wants an address and a `fetch` that answers ranges of it; the address is never used. */
async function parse(path: string, fetch: typeof globalThis.fetch) {
  try {
    return await gguf("https://hub.invalid", { fetch, computeParametersCount: true });
  } catch (error) {
    if (error instanceof PlimsollError || (error as Error)?.name === "AbortError") throw error;
    throw invalid(path, messageOf(error), error);
  }
}

function invalid(path: string, why: string, cause?: unknown): PlimsollError {
  const message = `${path} has no readable GGUF header: ${why}`;
  return new PlimsollError("UPSTREAM_INVALID", message, { cause });
}
