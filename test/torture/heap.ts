/**
 * The heap of a program that runs, from a snapshot of V8's that it writes when it gets a signal. V8
 * collects garbage first, so that all that is counted is in use.
 */
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "./program.ts";

const SIGNAL = "SIGUSR2";
const MB = 2 ** 20;

/** What a program is started with, so that it writes snapshots into a folder. */
export const heapVariables = (folder: string): Record<string, string> => ({
  NODE_OPTIONS: `--heapsnapshot-signal=${SIGNAL} --diagnostic-dir=${folder}`,
});

/** MiB in use, by the kind of object. */
export type Heap = Map<string, number>;

/** Has the program write a snapshot and reads it. The program stands still for some seconds. */
export async function heapOf(pid: number, folder: string): Promise<Heap> {
  process.kill(pid, SIGNAL);
  const path = await until("a snapshot of the heap", () => writtenSnapshot(folder), 120_000);
  const heap = summed(JSON.parse(await readFile(path, "utf8")));
  await rm(path);
  return heap;
}

/** What takes up more than before, the most first, in words. */
export function growth(before: Heap, after: Heap): { mb: number; what: string } {
  const total = (heap: Heap) => [...heap.values()].reduce((sum, mb) => sum + mb, 0);
  const grown = [...after]
    .map(([kind, mb]) => ({ kind, mb: mb - (before.get(kind) ?? 0) }))
    .toSorted((a, b) => b.mb - a.mb)
    .slice(0, 3);
  const what = grown.map(({ kind, mb }) => `${kind} ${mb.toFixed(1)}`).join(", ");
  return { mb: total(after) - total(before), what };
}

/** The snapshot's path once nothing more is written to it. */
async function writtenSnapshot(folder: string): Promise<string | null> {
  const [name] = (await readdir(folder)).filter((file) => file.endsWith(".heapsnapshot"));
  if (name === undefined) return null;
  const path = join(folder, name);
  const { size } = await stat(path);
  await sleep(1000);
  return size > 0 && (await stat(path)).size === size ? path : null;
}

interface Snapshot {
  snapshot: { meta: { node_fields: string[]; node_types: [string[], ...unknown[]] } };
  nodes: number[];
  strings: string[];
}

/** Every node is a run of numbers, in the order that the snapshot's head gives. */
function summed({ snapshot, nodes, strings }: Snapshot): Heap {
  const { node_fields: fields, node_types } = snapshot.meta;
  const [type, name, size] = ["type", "name", "self_size"].map((field) => fields.indexOf(field));
  const heap: Heap = new Map();
  for (let at = 0; at < nodes.length; at += fields.length) {
    const kind = node_types[0][nodes[at + type!]!]!;
    const key = kind === "object" ? strings[nodes[at + name!]!]! : `(${kind})`;
    heap.set(key, (heap.get(key) ?? 0) + nodes[at + size!]! / MB);
  }
  return heap;
}
