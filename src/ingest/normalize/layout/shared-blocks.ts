/**
 * Zamba: Mamba in every layer, and before some of them one or two attention blocks that are run again
 * and again. A run has a cache of its own, but only the first run of a block counts its weights; each
 * run adds an adapter and a projection back into the stream.
 */
import type { ExtraTensor, LayerGroup } from "../../../estimator/architecture.ts";
import type { ClassTraits } from "../classes/types.ts";
import { readDense } from "../feed-forward/dense.ts";
import { type LayerPlace, readAttention } from "../mixers/attention.ts";
import { mamba } from "../mixers/index.ts";
import { invalid, missing, unknownArchitecture } from "../problems.ts";
import type { ConfigReader } from "../reader.ts";

const MAMBA = new Set(["mamba", "mamba2", "linear_attention", "m"]);
const HYBRID = new Set(["hybrid", "g"]);

export function sharedBlockLayers(
  reader: ConfigReader,
  traits: ClassTraits,
  layers: number,
  hidden: number,
  context: number | null,
): LayerGroup[] | null {
  if (!traits.sharedBlocks) return null;
  const types = reader.list(["layers_block_type"], "layer types");
  if (types === null) {
    throw missing(
      "layers_block_type",
      "The config does not say which layers run the shared block.",
    );
  }
  if (types.values.length !== layers) {
    const count = types.values.length;
    throw invalid(types.key, `${types.key} has ${count} entries for ${layers} layers.`);
  }
  const blocks = Math.round(reader.real(["num_mem_blocks"], "shared blocks") ?? 1);
  let runs = 0;
  return types.values.map((type, index) => {
    const place = { index, layers, hidden, context };
    if (MAMBA.has(String(type))) return mambaLayer(reader, traits, place);
    if (HYBRID.has(String(type))) return hybridLayer(reader, traits, place, runs++ >= blocks);
    throw unknownArchitecture(types.key, `${types.key} has a layer of the unknown type ${type}.`);
  });
}

function mambaLayer(reader: ConfigReader, traits: ClassTraits, place: LayerPlace): LayerGroup {
  const mixer = mamba(reader, traits, place);
  return { count: 1, mixer, feedForward: { kind: "none" } };
}

function hybridLayer(
  reader: ConfigReader,
  traits: ClassTraits,
  place: LayerPlace,
  borrowed: boolean,
): LayerGroup {
  const { hidden } = place;
  const attention = readAttention(reader, traits, place, "full");
  const weights = { ...attention.weights, borrowed };
  const block = { ...attention, inputWidth: 2 * hidden, weights };
  const dense = readDense(reader, traits, place, false);
  // The norms of the block itself, over its doubled input and before the feed-forward.
  const norms: ExtraTensor[] = borrowed ? [] : [vector(2 * hidden), vector(hidden)];
  const adapters = readAdapters(reader, hidden, attention.heads * attention.keyDim, dense.width);
  return {
    count: 1,
    mixer: { kind: "parallel", branches: [block, mamba(reader, traits, place)] },
    feedForward: borrowed ? { kind: "none" } : dense,
    extras: [...norms, { columns: hidden, rows: hidden }, ...adapters],
  };
}

const vector = (columns: number): ExtraTensor => ({ columns, rows: 1 });

/** Low-rank corrections of every run: of the feed-forward, and of the projections if switched on. */
function readAdapters(
  reader: ConfigReader,
  hidden: number,
  query: number,
  width: number,
): ExtraTensor[] {
  const rank = reader.real(["adapter_rank"], "rank of the adapters");
  if (rank === null || rank === 0) return [];
  const pair = (from: number, to: number) => [
    { columns: from, rows: rank },
    { columns: rank, rows: to },
  ];
  const ofAttention = reader.flag("use_shared_attention_adapter", "adapters of the attention")
    ? [0, 1, 2].flatMap(() => pair(2 * hidden, query))
    : [];
  return [...ofAttention, ...pair(hidden, 2 * width)];
}
