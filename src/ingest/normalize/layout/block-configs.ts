/** Models pruned block by block (Nemotron Super): `block_configs` gives each layer its own shape. */
import type { FeedForward, LayerGroup, Mixer } from "../../../estimator/architecture.ts";
import type { ClassTraits } from "../classes/types.ts";
import { readAttention } from "../mixers/attention.ts";
import { invalid } from "../problems.ts";
import { type ConfigReader, isRecord, type Json } from "../reader.ts";

export function blockConfigLayers(
  reader: ConfigReader,
  traits: ClassTraits,
  layers: number,
  hidden: number,
  context: number | null,
): LayerGroup[] | null {
  const blocks = reader.list(["block_configs"], "shape of each layer");
  if (blocks === null) return null;
  if (blocks.values.length !== layers) {
    throw invalid(
      blocks.key,
      `${blocks.key} has ${blocks.values.length} entries for ${layers} layers.`,
    );
  }
  return blocks.values.map((block, index) => {
    const attention = part(block, "attention");
    const ffn = part(block, "ffn");
    const place = { index, layers, hidden, context };
    return {
      count: 1,
      mixer: blockMixer(reader, traits, place, attention),
      feedForward: blockFeedForward(reader, traits, hidden, ffn),
      ...fewerNorms(traits, [attention, ffn]),
    };
  });
}

function part(block: unknown, key: string): Json {
  const value = isRecord(block) ? block[key] : undefined;
  if (!isRecord(value)) throw invalid("block_configs", `A block of block_configs has no ${key}.`);
  return value;
}

/** A half that was cut out has taken its norm with it; one replaced by a matrix keeps it. */
function fewerNorms(traits: ClassTraits, halves: Json[]): Pick<LayerGroup, "norms"> {
  const cut = halves.filter((half) => half.no_op === true).length;
  return cut === 0 ? {} : { norms: traits.normsPerLayer - cut };
}

function blockMixer(
  reader: ConfigReader,
  traits: ClassTraits,
  place: Parameters<typeof readAttention>[2],
  attention: Json,
): Mixer {
  // A linear replacement keeps weights but no cache; it is rare and counted as no mixer.
  if (attention.no_op === true || attention.replace_with_linear === true) return { kind: "none" };
  const mixer = readAttention(reader, { ...traits, kvHeads: "queries" }, place, "full");
  const group = attention.n_heads_in_group;
  if (typeof group !== "number" || group < 1 || mixer.heads % group !== 0) {
    throw invalid(
      "block_configs",
      `${mixer.heads} heads do not divide into groups of ${String(group)}.`,
    );
  }
  return { ...mixer, kvHeads: mixer.heads / group };
}

function blockFeedForward(
  reader: ConfigReader,
  traits: ClassTraits,
  hidden: number,
  ffn: Json,
): FeedForward {
  if (ffn.no_op === true || ffn.replace_with_linear === true) return { kind: "none" };
  const stated = ffn.intermediate_size;
  const multiple = ffn.ffn_mult;
  const width =
    typeof stated === "number"
      ? stated
      : typeof multiple === "number"
        ? widthOf(multiple, hidden)
        : 0;
  if (!Number.isInteger(width) || width < 1 || width > 1e7) {
    throw invalid("block_configs", "A block of block_configs has no usable feed-forward width.");
  }
  const bias = reader.flag(traits.mlpBias, "bias of the feed-forward");
  return { kind: "dense", width, gated: traits.gated, bias };
}

/** Llama's own rule: two thirds of four hidden sizes times the multiple, up to a multiple of 256. */
function widthOf(multiple: number, hidden: number): number {
  const width = Math.floor((2 * multiple * hidden) / 3);
  return width % 256 === 0 ? width : width + 256 - (width % 256);
}
