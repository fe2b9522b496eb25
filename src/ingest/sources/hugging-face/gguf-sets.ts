/**
 * GGUF files by what they are together. They are grouped into sets by name: a set is one file or all
 * of its shards, and a set that lacks a shard is refused rather than counted short. Projectors and
 * importance matrices lie beside the weights and are not quantizations of the model.
 */
import type { ModelIssue } from "../../../db/facts.ts";

const SHARD = /-(\d{5})-of-(\d{5})$/;
const BESIDE = /(^|[-_.])(mmproj|imatrix)([-_.]|$)/i;
/** `Q4_K_M`, `UD-IQ2_XXS`, `fp16`, `MXFP4_MOE`, `Q4_0_4_8` … at the end of a name. */
const LABEL =
  /(?:^|[-_.])((?:UD-)?(?:I?Q\d|TQ\d|MXFP\d|NVFP\d)(?:_[0-9A-Z]+)*|BF16|FP?(?:16|32))$/i;

export interface GgufSet {
  /** The quantization it is named after; null where the name has none. */
  label: string | null;
  /** All its files, in the order of the shards. */
  paths: string[];
  /** Sum over all files. */
  bytes: number;
}

interface Shards {
  label: string | null;
  total: number;
  /** Files by shard number, 1 for a single file. */
  files: Map<number, { path: string; bytes: number }>;
}

/** The complete sets, one for each name, and an issue for each that cannot be used. */
export function groupGguf(files: { path: string; bytes: number | null }[]): {
  sets: GgufSet[];
  issues: ModelIssue[];
} {
  const found = new Map<string, GgufSet>();
  const issues: ModelIssue[] = [];
  for (const [key, { label, total, files: shards }] of byName(files)) {
    const numbers = Array.from({ length: total }, (_, index) => index + 1);
    const all = numbers.flatMap((number) => shards.get(number) ?? []);
    if (all.length < total) {
      const message = `${key} files: only ${shards.size} are there`;
      issues.push({ code: "INCOMPLETE_ARTIFACT", field: "artifacts", message });
    } else if (found.has(label ?? key)) {
      const message = `${key} files repeats ${label}; the first set with this name is kept`;
      issues.push({ code: "DUPLICATE_ARTIFACT", field: "artifacts", message });
    } else {
      const bytes = all.reduce((sum, file) => sum + file.bytes, 0);
      found.set(label ?? key, { label, paths: all.map(({ path }) => path), bytes });
    }
  }
  return { sets: [...found.values()], issues };
}

/** Sets of few shards first: the same weights in one file are read with one header. */
function byName(files: { path: string; bytes: number | null }[]): [string, Shards][] {
  const sets = new Map<string, Shards>();
  for (const { path, bytes } of files) {
    const stem = path.match(/^(.*)\.gguf$/i)?.[1];
    if (stem === undefined || bytes === null || BESIDE.test(fileName(stem))) continue;
    const [, shard = "1", total = "1"] = stem.match(SHARD) ?? [];
    const name = stem.replace(SHARD, "");
    const key = `${name} of ${Number(total)}`;
    const set = sets.get(key) ?? { label: labelOf(name), total: Number(total), files: new Map() };
    sets.set(key, set);
    set.files.set(Number(shard), { path, bytes });
  }
  return [...sets].sort((a, b) => a[1].total - b[1].total);
}

/** The quantization a file or its folder is named after, in the usual spelling. */
function labelOf(name: string): string | null {
  const folders = name.split("/").reverse();
  const found = folders.map((part) => part.match(LABEL)?.[1]).find((label) => label !== undefined);
  return found?.toUpperCase().replace(/^FP(?=16|32)/, "F") ?? null;
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
