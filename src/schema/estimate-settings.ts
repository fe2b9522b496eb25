/**
 * The arguments of every estimate, and their way into the estimator. Fields, the calculator and the
 * filter share them, so that one set of settings means the same everywhere.
 */
import {
  CACHE_TYPES,
  type CacheType,
  ENGINE_CACHE_TYPES,
  ENGINES,
  type Engine,
  type EstimateSettings,
  MAX_TOKENS,
} from "../estimator/index.ts";
import { builder } from "./builder.ts";
import { described } from "./enums.ts";
import { badInput, checkRange } from "./input-errors.ts";
import { QuantizationNameEnum, type WeightFormatName } from "./quantization.ts";

export type EstimateMethod = "ITEMISED" | "NOMINAL";

export const EstimateMethodEnum = builder.enumType("EstimateMethod", {
  description: "How an estimate is made.",
  values: described<EstimateMethod>({
    ITEMISED: "Each part computed for itself, from the best basis there is.",
    NOMINAL:
      "The rule of calculator pages: parameters × round bytes per weight × (1 + overhead + 0.01) plus a full 16-bit cache for every layer. For comparison.",
  }),
});

export const EngineEnum = builder.enumType("Engine", {
  description: "The program that runs a model; each allocates by its own rules.",
  values: {
    LLAMA_CPP: {
      value: "llama.cpp",
      description: "llama.cpp and what is built on it; loads GGUF files.",
    },
    VLLM: { value: "vllm", description: "vLLM: a server for many requests; loads checkpoints." },
    TRANSFORMERS: {
      value: "transformers",
      description: "The transformers library; loads checkpoints.",
    },
  } as const satisfies Record<string, { value: Engine; description: string }>,
});

type CacheTypeName = Uppercase<CacheType>;

/** llama.cpp writes its cache types in lower case. */
export const cacheTypeOf = (name: CacheTypeName) => name.toLowerCase() as CacheType;

export const CacheTypeEnum = builder.enumType("CacheType", {
  description:
    "Storage type of cached keys and values. Each engine has its own; another one is refused.",
  values: described(
    Object.fromEntries(
      (Object.keys(CACHE_TYPES) as CacheType[]).map((name) => [
        name.toUpperCase(),
        describeCacheType(name),
      ]),
    ) as Record<CacheTypeName, string>,
  ),
});

function describeCacheType(name: CacheType): string {
  const { elements, bytes } = CACHE_TYPES[name];
  const unit = elements === 1 ? "value" : `${elements} values`;
  const engines = ENGINES.filter((engine) => ENGINE_CACHE_TYPES[engine].includes(name));
  return `${bytes * 8} bits for every ${unit}; in ${engines.join(", ")}.`;
}

/** What every setting is, wherever it can be given. */
const SETTINGS = {
  quant: { type: QuantizationNameEnum, required: true, description: "Weight format." },
  ctx: { required: true, description: `Context in tokens, 1 to ${MAX_TOKENS - 1}.` },
  overhead: {
    required: true,
    defaultValue: 0.1,
    description: "Safety margin as a fraction of everything else, 0 to 10; 0.1 is 10%.",
  },
  batch: {
    required: true,
    defaultValue: 1,
    description:
      "Sequences served at the same time, 1 to 65,536. llama.cpp divides the context among them; in other engines each has all of it.",
  },
  cacheType: {
    type: CacheTypeEnum,
    required: true,
    defaultValue: "F16",
    description: "Storage type of the cache.",
  },
  engine: {
    type: EngineEnum,
    required: true,
    defaultValue: "llama.cpp",
    description: "The program that runs it.",
  },
  method: {
    type: EstimateMethodEnum,
    required: true,
    defaultValue: "ITEMISED",
    description: "How the estimate is made.",
  },
} as const;

export const quantArg = builder.args((t) => ({ quant: t.field(SETTINGS.quant) }));
export const ctxArg = builder.args((t) => ({ ctx: t.int(SETTINGS.ctx) }));

/** Arguments of figures that no rule of thumb gives, without quantization and context. */
export const engineArgs = builder.args((t) => ({
  overhead: t.float(SETTINGS.overhead),
  batch: t.int(SETTINGS.batch),
  cacheType: t.field(SETTINGS.cacheType),
  engine: t.field(SETTINGS.engine),
}));

/** Arguments without quantization and context, for fields that take several of those. */
export const marginArgs = {
  ...engineArgs,
  ...builder.args((t) => ({ method: t.field(SETTINGS.method) })),
};

/** The arguments of one estimate. */
export const settingsArgs = { ...quantArg, ...ctxArg, ...marginArgs };

type InputBuilder = PothosSchemaTypes.InputFieldBuilder<
  (typeof builder)["$inferSchemaTypes"],
  "InputObject"
>;

/** The same as members of an input object; `engine` and `method` only where there is a choice. */
export const settingsFields = (t: InputBuilder) => ({
  quant: t.field(SETTINGS.quant),
  ctx: t.int(SETTINGS.ctx),
  overhead: t.float(SETTINGS.overhead),
  batch: t.int(SETTINGS.batch),
  cacheType: t.field(SETTINGS.cacheType),
});
export const engineField = (t: InputBuilder) => t.field(SETTINGS.engine);
export const methodField = (t: InputBuilder) => t.field(SETTINGS.method);

export interface SettingsInput {
  quant: WeightFormatName;
  ctx: number;
  overhead: number;
  batch: number;
  cacheType: CacheTypeName;
  /** llama.cpp where there is no choice. */
  engine?: Engine;
}

/** The settings of the arguments; throws `BAD_USER_INPUT` naming what is out of range. */
export function settingsOf(input: SettingsInput, prefix = ""): EstimateSettings {
  checkContext(`${prefix}ctx`, input.ctx);
  checkRange(`${prefix}overhead`, input.overhead, 0, 10);
  checkRange(`${prefix}batch`, input.batch, 1, 65_536);
  const engine = input.engine ?? "llama.cpp";
  const cacheType = cacheTypeOf(input.cacheType);
  checkCacheType(`${prefix}cacheType`, input.cacheType, engine);
  return {
    quant: input.quant,
    contextTokens: input.ctx,
    sequences: input.batch,
    cacheTypeK: cacheType,
    cacheTypeV: cacheType,
    overheadFraction: input.overhead,
    engine,
  };
}

function checkCacheType(argument: string, name: CacheTypeName, engine: Engine): void {
  const types = ENGINE_CACHE_TYPES[engine];
  if (types.includes(cacheTypeOf(name))) return;
  const names = types.map((type) => type.toUpperCase()).join(", ");
  throw badInput(argument, name, `a cache type of ${engine}: ${names}`);
}

export function checkContext(argument: string, tokens: number): void {
  if (tokens >= 1) return;
  throw badInput(argument, tokens, `a number of tokens, from 1 to ${MAX_TOKENS - 1}`);
}
