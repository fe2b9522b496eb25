/** Reads a mixture of experts: how many, how many at a time, their width, and what runs beside them. */
import type { MoeFeedForward } from "../../../estimator/architecture.ts";
import { ALIASES } from "../aliases.ts";
import type { ClassTraits, ExpertTraits } from "../classes/types.ts";
import type { LayerPlace } from "../mixers/attention.ts";
import { invalid } from "../problems.ts";
import type { ConfigReader } from "../reader.ts";
import { denseWidth } from "./dense.ts";

/** Places in a pair of numbers that differ by what a token stands for. */
const TEXT = 0;
const PICTURE = 1;

/** The number of routed experts of a layer; 0 for a dense model (one expert is none). */
export function countExperts(
  reader: ConfigReader,
  layer: number,
  traits: ExpertTraits | null,
): number {
  if (reader.find(["enable_moe_block"], "experts on or off")?.value === false) return 0;
  if (traits?.none === true) return 0;
  const place = traits?.byModality === true ? TEXT : layer;
  const experts = reader.perLayer("experts", place) ?? 0;
  return experts <= 1 ? 0 : experts;
}

export function readExperts(
  reader: ConfigReader,
  traits: ClassTraits,
  expertTraits: ExpertTraits,
  place: LayerPlace,
  experts: number,
): MoeFeedForward {
  const at = expertTraits.byModality === true ? TEXT : place.index;
  const activeExperts = reader.perLayer("activeExperts", at) ?? 0;
  const idleExperts = countIdle(reader, expertTraits);
  if (activeExperts < 1 || activeExperts > experts + idleExperts) {
    throw invalid(
      "num_experts_per_tok",
      `Each token visits ${activeExperts} of ${experts} experts, which cannot be.`,
    );
  }
  const expertWidth =
    reader.perLayer("expertWidth", at) ?? reader.perLayer("feedForward", place.index);
  if (expertWidth === null)
    throw invalid("moe_intermediate_size", "No width of an expert is given.");
  const shared = readShared(reader, expertTraits, place, expertWidth);
  return {
    kind: "moe",
    experts,
    activeExperts,
    ...(idleExperts > 0 ? { idleExperts } : {}),
    expertWidth,
    gated: expertTraits.gated ?? traits.gated,
    bias: expertTraits.bias ?? false,
    routerBias: reader.flag(expertTraits.routerBias ?? false, "bias of the router"),
    ...(expertTraits.routerBiasLearned ? { routerBiasLearned: true } : {}),
    ...(expertTraits.routerScale ? { routerScale: true } : {}),
    ...shared,
    ...pictureExperts(reader, expertTraits, experts),
    sharedGate: shared.sharedWidth > 0 && (expertTraits.sharedGate ?? false),
    denseWidth: besideWidth(reader, traits, expertTraits, place),
    latentWidth: latentWidth(reader, expertTraits),
  };
}

function countIdle(reader: ConfigReader, { idleKey }: ExpertTraits): number {
  return idleKey === undefined ? 0 : Math.round(reader.real([idleKey], "idle experts") ?? 0);
}

function pictureExperts(
  reader: ConfigReader,
  expertTraits: ExpertTraits,
  ofText: number,
): Pick<MoeFeedForward, "pictureExperts"> {
  const widths = reader.list(ALIASES.expertWidth.keys, "expertWidth");
  if (expertTraits.byModality !== true || widths === null) return {};
  const width = reader.perLayer("expertWidth", PICTURE);
  const counts = reader.list(ALIASES.experts.keys, "experts");
  const experts = counts === null ? ofText : reader.perLayer("experts", PICTURE);
  return width === null || !experts ? {} : { pictureExperts: { experts, width } };
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
