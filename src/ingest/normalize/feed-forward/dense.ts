/** Reads the dense feed-forward of one layer: its width, whether it is gated, and its biases. */
import type { DenseFeedForward } from "../../../estimator/architecture.ts";
import type { ClassTraits } from "../classes/types.ts";
import type { LayerPlace } from "../mixers/attention.ts";
import { invalid, missing } from "../problems.ts";
import type { ConfigReader } from "../reader.ts";

/** `amongExperts`: the model has expert layers too, whose width may take the usual key. */
export function readDense(
  reader: ConfigReader,
  traits: ClassTraits,
  place: LayerPlace,
  amongExperts: boolean,
): DenseFeedForward {
  return {
    kind: "dense",
    width: denseWidth(reader, traits, place, amongExperts),
    gated: traits.gated,
    bias: reader.flag(traits.mlpBias, "bias of the feed-forward"),
    fusedGateUp: traits.fusedGateUp,
    ...(traits.feedForwardNorm ? { innerNorm: true } : {}),
    ...(traits.activationParameters > 0
      ? { activationParameters: traits.activationParameters }
      : {}),
  };
}

export function denseWidth(
  reader: ConfigReader,
  traits: ClassTraits,
  place: LayerPlace,
  amongExperts: boolean,
): number {
  const multiplied = multipliedWidth(reader, place);
  if (multiplied !== null) return multiplied;
  const own = traits.denseWidthKey === null ? null : reader.real([traits.denseWidthKey], "width");
  const apart = amongExperts ? reader.number("denseWidth") : null;
  const stated = own || apart || reader.perLayer("feedForward", place.index);
  if (stated === null) return impliedWidth(reader, traits, place.hidden);
  const width = adjusted(reader, stated) * traits.feedForwardScale * doubled(reader, place);
  if (!Number.isInteger(width)) {
    throw invalid("intermediate_size", `A feed-forward width of ${width} is not a whole number.`);
  }
  return width;
}

/** OpenELM widens its layers one by one: a multiple of the hidden size, rounded to a divisor. */
function multipliedWidth(reader: ConfigReader, place: LayerPlace): number | null {
  const multipliers = reader.list(["ffn_multipliers"], "width of each layer");
  if (multipliers === null) return null;
  const multiplier = multipliers.values[place.index];
  if (typeof multiplier !== "number" || multiplier <= 0 || multiplier > 1000) {
    throw invalid(
      multipliers.key,
      `${multipliers.key} says nothing usable about layer ${place.index}.`,
    );
  }
  const divisor = reader.real(["ffn_dim_divisor"], "width step") || 256;
  const wanted = place.hidden * multiplier;
  const width = Math.max(divisor, Math.floor((wanted + divisor / 2) / divisor) * divisor);
  return width < 0.9 * wanted ? width + divisor : width;
}

function impliedWidth(reader: ConfigReader, traits: ClassTraits, hidden: number): number {
  const keys = ["expansion_ratio", "ffn_config.expansion_ratio", "ffn_proj_factor"];
  const expansion = reader.real(keys, "width");
  const multiple = expansion ?? traits.feedForwardMultiple;
  if (multiple === null) {
    throw missing("intermediate_size", "The config does not say intermediate_size.");
  }
  const step = reader.real(["ffn_round_up_to_multiple_of"], "width step") || 1;
  return step === 1 ? Math.round(hidden * multiple) : step * Math.ceil((hidden * multiple) / step);
}

/** LFM2 states the width before two thirds of it are taken and rounded up to a multiple. */
function adjusted(reader: ConfigReader, width: number): number {
  if (!reader.flag("block_auto_adjust_ff_dim", "width is adjusted")) return width;
  const multiplier = reader.real(["block_ffn_dim_multiplier"], "width multiplier") ?? 1;
  const step = reader.real(["block_multiple_of"], "width step") || 1;
  const wanted = Math.floor(multiplier * Math.floor((2 * width) / 3));
  return step * Math.ceil(wanted / step);
}

/** Gemma 4 E-models make the feed-forward twice as wide where the cache is shared. */
function doubled(reader: ConfigReader, place: LayerPlace): number {
  if (!reader.flag("use_double_wide_mlp", "wide where the cache is shared")) return 1;
  const shared = reader.number("sharedKvLayers") ?? 0;
  return place.index >= place.layers - shared ? 2 : 1;
}
