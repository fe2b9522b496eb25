/** Names of GGUF files that mislead a reader of labels, each with a repository that has them. */
import { expect, test } from "vitest";
import { groupGguf } from "../../../src/ingest/sources/hugging-face/gguf-sets.ts";

const GB = 1e9;

const labels = (...paths: string[]) =>
  groupGguf(paths.map((path) => ({ path, bytes: GB }))).sets.map(({ label }) => label);

test("gemma-3-4b-it-GGUF: mmproj-F16.gguf is a projector, not a quantization", () => {
  expect(labels("mmproj-F16.gguf", "mmproj-model-f16.gguf", "gemma-3-4b-it-Q4_K_M.gguf")).toEqual([
    "Q4_K_M",
  ]);
});

test("Qwen2.5-7B-Instruct-GGUF: fp16 in small letters is F16", () => {
  expect(labels("qwen2.5-7b-instruct-fp16.gguf")).toEqual(["F16"]);
});

test("TheBloke's Llama-2-7B-GGUF: Q3_K without a size is kept as it is written", () => {
  expect(labels("llama-2-7b.Q3_K.gguf")).toEqual(["Q3_K"]);
});

test("Llama-3.1-8B for ARM: Q4_0_4_8 is not Q4_0", () => {
  expect(labels("Meta-Llama-3.1-8B-Instruct-Q4_0_4_8.gguf", "x-Q4_0.gguf")).toEqual([
    "Q4_0_4_8",
    "Q4_0",
  ]);
});

test("Qwen3.5-122B-A10B-GGUF: the size is that of all shards, not of the first", () => {
  const shards = [37.3, 37.1, 2.2].map((size, index) => ({
    path: `Q4_K_M/Qwen3.5-122B-A10B-Q4_K_M-0000${index + 1}-of-00003.gguf`,
    bytes: Math.round(size * GB),
  }));
  const { sets } = groupGguf(shards);
  expect(sets).toMatchObject([{ label: "Q4_K_M", bytes: 76_600_000_000 }]);
  const { sets: none, issues } = groupGguf(shards.slice(0, 2));
  expect(none).toEqual([]);
  expect(issues).toMatchObject([{ code: "INCOMPLETE_ARTIFACT" }]);
});

test("DeepSeek-V3-0324-GGUF: UD-Q4_K_XL and Q4_K_L keep names that no table has", () => {
  expect(labels("UD-Q4_K_XL/DeepSeek-V3-0324-UD-Q4_K_XL.gguf", "a-Q4_K_L.gguf")).toEqual([
    "UD-Q4_K_XL",
    "Q4_K_L",
  ]);
});
