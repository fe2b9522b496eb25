/** Reads a mixture of experts: how many, how many at a time, their width, and what runs beside them. */
import type { MoeFeedForward } from "../../../estimator/architecture.ts";
import type { ClassTraits, ExpertTraits } from "../classes/types.ts";
import type { LayerPlace } from "../mixers/attention.ts";
import { type ConfigReader, invalid } from "../reader.ts";
import { denseWidth } from "./dense.ts";

/** The number of routed experts of a layer; 0 for a dense model (one expert is none). */
export function countExperts(reader: ConfigReader, layer: number): number {
  if (reader.find(["enable_moe_block"], "experts on or off")?.value === false) return 0;
  const experts = reader.perLayer("experts", layer) ?? 0;
  return experts <= 1 ? 0 : experts;
}

export function readExperts(
  reader: ConfigReader,
  traits: ClassTraits,
  expertTraits: ExpertTraits,
  place: LayerPlace,
  experts: number,
): MoeFeedForward {
  const activeExperts = reader.perLayer("activeExperts", place.index) ?? 0;
  if (activeExperts < 1 || activeExperts > experts) {
    throw invalid(
      "num_experts_per_tok",
      `Each token visits ${activeExperts} of ${experts} experts, which cannot be.`,
    );
  }
  const expertWidth =
    reader.perLayer("expertWidth", place.index) ?? reader.perLayer("feedForward", place.index);
  if (expertWidth === null)
    throw invalid("moe_intermediate_size", "No width of an expert is given.");
  const shared = readShared(reader, expertTraits, place, expertWidth);
  return {
    kind: "moe",
    experts,
    activeExperts,
    expertWidth,
    gated: expertTraits.gated ?? traits.gated,
    bias: expertTraits.bias ?? false,
    routerBias: reader.flag(expertTraits.routerBias ?? false, "bias of the router"),
    ...(expertTraits.routerBiasLearned ? { routerBiasLearned: true } : {}),
    ...(expertTraits.routerScale ? { routerScale: true } : {}),
    ...shared,
    sharedGate: shared.sharedWidth > 0 && (expertTraits.sharedGate ?? false),
    denseWidth: besideWidth(reader, traits, expertTraits, place),
    latentWidth: latentWidth(reader, expertTraits),
  };
}

function readShared(
  reader: ConfigReader,
  expertTraits: ExpertTraits,
  place: LayerPlace,
  expertWidth: number,
): { sharedExperts: number; sharedWidth: number } {
  const count = reader.perLayer("sharedExperts", place.index) ?? expertTraits.shared ?? null;
  const width = reader.perLayer("sharedWidth", place.index);
  if (width !== null) return { sharedExperts: width > 0 ? (count ?? 1) : 0, sharedWidth: width };
  return { sharedExperts: count ?? 0, sharedWidth: (count ?? 0) * expertWidth };
}

function besideWidth(
  reader: ConfigReader,
  traits: ClassTraits,
  expertTraits: ExpertTraits,
  place: LayerPlace,
): number {
  const { denseBeside, denseBesideIf = true } = expertTraits;
  if (denseBeside === undefined || !reader.flag(denseBesideIf, "dense beside experts")) return 0;
  return denseBeside === "hidden" ? place.hidden : denseWidth(reader, traits, place, true);
}

function latentWidth(reader: ConfigReader, expertTraits: ExpertTraits): number {
  if (expertTraits.latentWidthKey === undefined) return 0;
  return reader.real([expertTraits.latentWidthKey], "width of the stream of experts") ?? 0;
}
