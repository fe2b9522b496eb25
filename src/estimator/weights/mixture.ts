/**
 * llama.cpp's quantization mixtures: which type each matrix gets in a file of a given name, as of
 * release 0.5 (`llama-quant.cpp`). A mixture is data: a rule per role of the matrix; a role without
 * a rule gets the base type. What depends on the model is in `Site`.
 */
import type { TensorType } from "../formats.ts";
import { QUANTIZATIONS, type QuantizationName } from "../quantizations.ts";

/** The roles a mixture tells apart. Fused query-key-value matrices count as values. */
export type Role =
  | "output"
  | "embedding"
  | "value"
  | "key"
  | "query"
  | "attentionOutput"
  | "down"
  | "gate"
  | "up"
  | "other";

/** Where a matrix stands, and what the rules want to know about its model. */
export interface Site {
  /** Position among `count` matrices of this role. */
  index: number;
  count: number;
  /** At least four query heads share one key head (in the first layer). */
  grouped: boolean;
  /** Routed experts of the model; 0 when dense. */
  experts: number;
  imatrix: boolean;
  falcon: boolean;
  /** Type 70B: values are small enough there to deserve more bits. */
  seventyB: boolean;
}

type ByModel = (site: Site) => TensorType | null;
/** Null: the base type. What depends on the position of a matrix among its like says so with `byPosition`. */
type Rule = TensorType | ByModel | { byPosition: ByModel };
type Mixture = Partial<Record<Role, Rule>>;

/** The first and last eighth of the layers, and every third between: those that matter most. */
function matters({ index, count }: Site): boolean {
  const eighth = Math.floor(count / 8);
  return index < eighth || index >= Math.floor((7 * count) / 8) || (index - eighth) % 3 === 2;
}

const within = (site: Site, part: number) => site.index < Math.floor(site.count / part);
const middle = (site: Site) => !within(site, 8) && site.index < Math.floor((7 * site.count) / 8);

/** Files under three bits: value and output get a richer type, the first eighth of down as well. */
function lowBit(richer: TensorType, attentionOutput: TensorType | null): Mixture {
  return {
    value: ({ grouped, experts }) => (grouped || experts >= 4 ? "Q4_K" : richer),
    key: ({ experts }) => (experts === 8 ? "Q4_K" : null),
    down: { byPosition: (site) => (within(site, 8) ? richer : null) },
    attentionOutput: ({ experts }) => (experts === 8 ? "Q5_K" : attentionOutput),
  };
}

const fourBitNonLinear: Mixture = {
  value: ({ grouped }) => (grouped ? "Q5_K" : null),
  down: { byPosition: (site) => (within(site, 8) && !site.imatrix ? "Q5_K" : null) },
};

const roundDown = (type: TensorType): Mixture => ({
  down: { byPosition: (site) => (site.imatrix && within(site, 8) ? type : null) },
});

const MIXTURES: Partial<Record<QuantizationName, Mixture>> = {
  IQ1_S: lowBit("Q2_K", "IQ2_XXS"),
  IQ1_M: lowBit("Q2_K", "IQ2_XXS"),
  IQ2_XXS: lowBit("Q2_K", null),
  IQ2_XS: lowBit("Q2_K", null),
  IQ2_S: lowBit("IQ3_S", "IQ3_S"),
  IQ2_M: lowBit("IQ3_S", "IQ3_S"),
  IQ3_XXS: {
    value: ({ grouped, imatrix }) => (grouped ? "Q4_K" : imatrix ? null : "IQ3_S"),
    key: "IQ2_S",
    query: "IQ2_S",
    down: { byPosition: (site) => (site.imatrix ? null : within(site, 8) ? "Q4_K" : "Q3_K") },
    attentionOutput: "IQ3_S",
  },
  IQ3_XS: {
    value: ({ grouped }) => (grouped ? "Q4_K" : null),
    key: "IQ3_XXS",
    query: "IQ3_XXS",
    gate: { byPosition: (site) => (middle(site) ? "IQ3_XXS" : null) },
    up: { byPosition: (site) => (middle(site) ? "IQ3_XXS" : null) },
  },
  IQ3_S: { value: ({ grouped }) => (grouped ? "Q4_K" : null) },
  IQ3_M: {
    value: "Q4_K",
    down: {
      byPosition: (site) =>
        within(site, 8) || (site.experts === 8 && matters(site)) ? "Q4_K" : null,
    },
    attentionOutput: "Q4_K",
  },
  Q2_K: {
    value: ({ grouped }) => (grouped ? "Q4_K" : "Q3_K"),
    down: "Q3_K",
    attentionOutput: "Q3_K",
  },
  Q2_K_S: {
    value: ({ grouped }) => (grouped ? "Q4_K" : null),
    down: { byPosition: (site) => (within(site, 8) ? "Q4_K" : null) },
  },
  Q3_K_M: {
    value: { byPosition: ({ index }) => (index < 2 ? "Q5_K" : "Q4_K") },
    down: {
      byPosition: (site) =>
        within(site, 16) ? "Q5_K" : !site.falcon || matters(site) ? "Q4_K" : "Q3_K",
    },
    attentionOutput: "Q4_K",
  },
  Q3_K_L: {
    value: "Q5_K",
    down: ({ falcon }) => (falcon ? "Q4_K" : "Q5_K"),
    attentionOutput: "Q5_K",
  },
  IQ4_NL: fourBitNonLinear,
  IQ4_XS: fourBitNonLinear,
  Q4_0: roundDown("Q4_1"),
  Q5_0: roundDown("Q5_1"),
  Q4_K_S: {
    value: { byPosition: ({ index }) => (index < 4 ? "Q5_K" : null) },
    down: { byPosition: (site) => (!site.falcon && within(site, 8) ? "Q5_K" : null) },
  },
  Q4_K_M: {
    value: { byPosition: (site) => (matters(site) ? "Q6_K" : null) },
    down: {
      byPosition(site) {
        if (!site.falcon) return matters(site) ? "Q6_K" : null;
        return within(site, 16) ? "Q6_K" : matters(site) ? "Q5_K" : null;
      },
    },
  },
  Q5_K_M: {
    value: { byPosition: (site) => (matters(site) ? "Q6_K" : null) },
    down: { byPosition: (site) => (matters(site) ? "Q6_K" : null) },
  },
};

/** Whether an importance matrix changes any type of this mixture. */
export function usesImatrix(quant: QuantizationName): boolean {
  return IMATRIX_RULES.has(quant);
}

const IMATRIX_RULES = new Set<string>(["IQ3_XXS", "IQ4_NL", "IQ4_XS", "Q4_0", "Q5_0"]);

const LOW_BIT = new Set<string>(["IQ1_S", "IQ1_M", "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ2_M"]);
const HEAD_Q5 = new Set<string>([...LOW_BIT, "IQ3_XXS"]);

/** Files of eight-expert models in which the attention output gets Q5_K. */
const EIGHT_EXPERT_OUTPUT = new Set<string>(
  "Q2_K IQ3_XS IQ3_XXS Q3_K_S Q3_K_M IQ4_NL Q4_K_S Q4_K_M IQ3_S IQ3_M IQ4_XS".split(" "),
);

const EMBEDDING: Partial<Record<QuantizationName, TensorType>> = {
  IQ1_S: "Q2_K",
  IQ1_M: "Q2_K",
  IQ2_XXS: "Q2_K",
  IQ2_XS: "Q2_K",
  IQ2_S: "IQ3_S",
  IQ2_M: "IQ3_S",
  IQ3_XXS: "IQ3_S",
  TQ1_0: "Q4_K",
  TQ2_0: "Q4_K",
};

/**
 * The type a mixture wants for the matrices of a role, before their shape is looked at: one for all of
 * them, or one by position.
 */
export function mixtureType(
  quant: QuantizationName,
  role: Role,
  site: Site,
): TensorType | ((site: Site) => TensorType) {
  const base: TensorType = QUANTIZATIONS[quant].baseType;
  if (role === "output") return HEAD_Q5.has(quant) ? "Q5_K" : base === "Q8_0" ? base : "Q6_K";
  if (role === "embedding") return EMBEDDING[quant] ?? base;
  const eight = site.experts === 8 && !LOW_BIT.has(quant);
  if (eight && (role === "value" || role === "key")) return "Q8_0";
  if (role === "attentionOutput" && eight)
    return EIGHT_EXPERT_OUTPUT.has(quant) && !site.falcon ? "Q5_K" : base;
  if (role === "attentionOutput" && site.falcon && !LOW_BIT.has(quant)) {
    return quant === "Q3_K_L" ? "Q4_K" : base;
  }
  const rule = MIXTURES[quant]?.[role];
  const isLifted = role === "value" && site.seventyB && !LOW_BIT.has(quant);
  if (typeof rule === "object") return (at) => lifted(rule.byPosition(at) ?? base, isLifted);
  return lifted((typeof rule === "function" ? rule(site) : rule) ?? base, isLifted);
}

function lifted(type: TensorType, isLifted: boolean): TensorType {
  return isLifted && (type === "Q3_K" || type === "Q4_K") ? "Q5_K" : type;
}
