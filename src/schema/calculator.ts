/**
 * The calculator: the same arithmetic as everywhere, for an architecture typed in by hand, a pasted
 * config, or a model of the catalog with other settings.
 */
import { compile, type MemoryProfile } from "../estimator/index.ts";
import { builder } from "./builder.ts";
import { ESTIMATE_COLUMNS } from "./estimate-selection.ts";
import { engineField, methodField, settingsFields } from "./estimate-settings.ts";
import { ArchitectureInput, architectureOf, type HandArchitecture } from "./hand-architecture.ts";
import { badInput, checkText, refusalsAsBadInput } from "./input-errors.ts";
import { READING_COST, readingOf, weighOrSay } from "./pasted-config.ts";
import { formatOf, WEIGHT_FORMAT_NAMES } from "./quantization.ts";
import { type Estimate, type EstimateInput, estimate, MemoryEstimate } from "./vram.ts";

const EstimateSource = builder.inputType("EstimateSource", {
  description: "What to estimate: exactly one of these.",
  isOneOf: true,
  fields: (t) => ({
    model: t.string({ description: "Slug of a model of the catalog." }),
    architecture: t.field({ type: ArchitectureInput, description: "A model typed in by hand." }),
    config: t.string({
      description: "Text of a `config.json`; `normalizeConfig` shows how it is read.",
    }),
  }),
});

const EstimateVramInput = builder.inputType("EstimateVramInput", {
  description: "What to estimate, and under which settings.",
  fields: (t) => ({
    source: t.field({ type: EstimateSource, required: true, description: "What to estimate." }),
    ...settingsFields(t),
    engine: engineField(t),
    method: methodField(t),
  }),
});

builder.queryField("estimateVram", (t) =>
  t.field({
    type: MemoryEstimate,
    nullable: true,
    description:
      "Memory of any model, item by item; null when the catalog does not have the model or does not know its memory.",
    args: {
      input: t.arg({
        type: EstimateVramInput,
        required: true,
        description: "What to estimate, and under which settings.",
      }),
    },
    complexity: ({ input }) => (input?.source?.config == null ? 1 : READING_COST),
    resolve: async (_root, { input }, context) => {
      const { model: slug, architecture, config } = input.source;
      if (architecture) return byHand(architecture, input);
      if (config != null) {
        const reading = await readingOf(CONFIG, config, context);
        return weighOrSay(CONFIG, reading, input);
      }
      checkText("input.source.model", slug);
      const where = { slug: slug ?? "" };
      const model = await context.db.query.models.findFirst({ columns: ESTIMATE_COLUMNS, where });
      return model ? estimate(model.memoryProfile, model, input) : null;
    },
  }),
);

const PREFIX = "input.source.architecture.";
const CONFIG = "input.source.config";

function byHand(architecture: HandArchitecture, input: EstimateInput): Estimate | null {
  const { parameters = null, layers, kvHeads, headDim } = architecture;
  const shape = { totalParameters: parameters, layers, kvHeads, headDim };
  if (input.method === "ITEMISED") return estimate(profileByHand(architecture), shape, input);
  if (parameters !== null) return estimate(null, shape, input);
  throw badInput(`${PREFIX}parameters`, parameters, "given for the method NOMINAL");
}

/** The compiled profile; a count of parameters that was typed in decides the weights. */
function profileByHand(input: HandArchitecture): MemoryProfile {
  const architecture = architectureOf(input, PREFIX);
  const profile = refusalsAsBadInput(() => compile(architecture));
  const { parameters } = input;
  if (parameters == null) return profile;
  if (parameters < 1) throw badInput(`${PREFIX}parameters`, parameters, "at least 1");
  for (const quant of WEIGHT_FORMAT_NAMES) {
    const bytes = Math.round((parameters * formatOf(quant).bitsPerWeight) / 8);
    const sizes = { bytes, deviceBytes: bytes, hostBytes: 0, cpuBytes: bytes, mtpBytes: 0 };
    const container = profile.weights[quant]?.container;
    profile.weights[quant] = { basis: "PARAMETER_COUNT", container, ...sizes };
  }
  if (profile.parameters) profile.parameters.total = parameters;
  return profile;
}
