/** The feed-forward of one layer: none, dense, or experts, as its token and the expert keys say. */
import type { FeedForward } from "../../../estimator/architecture.ts";
import { ALIASES } from "../aliases.ts";
import type { ClassTraits } from "../classes/types.ts";
import type { LayerToken } from "../layout/tokens.ts";
import type { LayerPlace } from "../mixers/attention.ts";
import { missing, unknownArchitecture } from "../problems.ts";
import type { ConfigReader } from "../reader.ts";
import { readDense } from "./dense.ts";
import { countExperts, readExperts } from "./experts.ts";
import { expertPlaces } from "./places.ts";

export type FeedForwardReader = (
  place: LayerPlace,
  token: LayerToken["feedForward"],
) => FeedForward;

/** A class that always has experts is not read as a dense one because a key is missing. */
function requireSilence(reader: ConfigReader, { experts }: ClassTraits): void {
  if (experts === null || experts.optional === true || experts.none === true) return;
  const { keys } = ALIASES.experts;
  if (reader.find(keys, "experts") !== null || keys.some((key) => reader.statesNull(key))) return;
  throw missing("num_experts", "The config does not say num_experts, and its class has experts.");
}

export function feedForwardReader(
  reader: ConfigReader,
  traits: ClassTraits,
  layers: number,
): FeedForwardReader {
  const hasExperts = countExperts(reader, layers - 1, traits.experts) > 0;
  if (hasExperts && traits.experts === null) {
    throw unknownArchitecture(
      "num_experts",
      "The config has experts, which its class is not known to have.",
    );
  }
  if (!hasExperts) requireSilence(reader, traits);
  const sparse =
    traits.experts !== null && hasExperts ? expertPlaces(reader, traits.experts, layers) : null;
  return (place, token) => {
    if (token === "none" || !traits.feedForward) return { kind: "none" };
    const wantsExperts = token === "moe" || (token === "auto" && sparse?.(place.index) === true);
    const experts = wantsExperts ? countExperts(reader, place.index, traits.experts) : 0;
    return experts > 0 && traits.experts !== null
      ? readExperts(reader, traits, traits.experts, place, experts)
      : readDense(reader, traits, place, sparse !== null);
  };
}
