/**
 * The sums of vLLM and transformers as SQL, from the stored memory profile, to the same byte as in
 * `estimator/engines`; a test holds them equal. Unlike llama.cpp's they stand in no index: these
 * engines pay for a look at each model that the other conditions leave.
 */
import { type SQL, sql } from "drizzle-orm";
import { CACHE_TYPES, type Engine, RUNTIME_BYTES } from "../estimator/index.ts";
import type { FitSettings } from "./fits.ts";
import type { models } from "./tables.ts";

type ProfileColumn = (typeof models)["memoryProfile"];
export type OtherEngine = Exclude<Engine, "llama.cpp">;

/** A number of ours as a literal. */
const number = (value: number) => sql.raw(`${value}::float8`);

/** vLLM's own defaults: tokens of a page, tokens scheduled at once, and captured CUDA graphs. */
const BLOCK = 16;
const BATCHED = 8192;
const GRAPH_BYTES = 0.6 * 2 ** 30;

/** Bytes that a model takes in all; null where it has no profile or no such format. */
export function engineBytes(
  profile: ProfileColumn,
  settings: FitSettings,
  engine: OtherEngine,
): SQL<number | null> {
  const parts = engine === "vllm" ? vllmParts : transformersParts;
  // Bound, not written out: the name is a format's, but it stands inside a path of JSON.
  const text = sql`(${profile}->'weights'->${settings.quant}::text->>'bytes')::float8`;
  const weights = sql`${text} + coalesce((${profile}->>'towerBytes')::float8, 0)`;
  return sql`(select sum + floor(${number(settings.overheadFraction)} * sum + 0.5)
    from (select ceil(${weights}) + ${parts(profile, settings)}
      + ${number(RUNTIME_BYTES.central)} as sum offset 0) as exact)`;
}

const elementBytes = ({ cacheType }: FitSettings) =>
  CACHE_TYPES[cacheType].bytes / CACHE_TYPES[cacheType].elements;

const figure = (profile: ProfileColumn, part: string, name: string) =>
  sql`(${profile}->${sql.raw(`'${part}'->>'${name}'`)})::float8`;

/** Scratch space of a prompt of `tokens`, in 16-bit types. */
const activations = (profile: ProfileColumn, tokens: number) =>
  sql`${number(tokens * 2)} * ${figure(profile, "compute", "peakElements")}
    + ${figure(profile, "compute", "vocabSize")} * 4`;

function transformersParts(profile: ProfileColumn, settings: FitSettings): SQL {
  const { contextTokens, sequences } = settings;
  const type = number(elementBytes(settings));
  const tokens = number(contextTokens);
  const one = (name: string) => figure(profile, "transformers", name);
  const windows = sql`(select coalesce(sum(elements * least(${tokens}, tokens)), 0)
    from jsonb_to_recordset(${profile}->'transformers'->'windows') as w(tokens float8, elements float8))`;
  const cached = sql`(${one("fullElements")} * ${tokens} + ${one("fixedElements")} + ${windows})`;
  const state = sql`${one("convElements")} * ${type} + ${one("stateElements")} * 4`;
  return sql`ceil(${number(sequences)} * ${cached} * ${type})
    + ceil(${number(sequences)} * (${state}))
    + ${activations(profile, contextTokens * sequences)}`;
}

function vllmParts(profile: ProfileColumn, settings: FitSettings): SQL {
  const { contextTokens, sequences } = settings;
  const batched = Math.min(BATCHED, contextTokens * sequences);
  return sql`${number(sequences)} * ${pageBytes(profile, settings)}
    + floor(${activations(profile, batched)} + ${number(GRAPH_BYTES)} + 0.5)`;
}

/** Bytes of all the pages of one request: as many of every group as its kind needs. */
function pageBytes(profile: ProfileColumn, settings: FitSettings): SQL {
  const length = number(settings.contextTokens);
  const block = number(BLOCK);
  const whole =
    settings.cacheType === "fp8"
      ? sql`"wholeFp8Bytes"`
      : sql`"wholeElements" * ${number(elementBytes(settings))}`;
  const groups = sql`(select kind, layers, tokens, "stateElements" * 2 as state,
      "kvHeads" * "headElements" * ${number(elementBytes(settings))} + ${whole} + "wholeBytes" as width
    from jsonb_to_recordset(${profile}->'vllm'->'groups') as g(kind text, layers float8,
      tokens float8, "kvHeads" float8, "headElements" float8, "wholeElements" float8,
      "wholeFp8Bytes" float8, "wholeBytes" float8, "stateElements" float8))`;
  // The widest attention and the largest state decide how large the pages of all groups are.
  const widths = sql`(select coalesce(max(width) filter (where kind <> 'state'), 0) as widest,
      max(state) as state,
      case when max(layers) < 1.5 * min(layers) then max(layers) else min(layers) end as together
    from ${groups} as each)`;
  const pages = sql`(select *, case when widest = 0 then ${block}
      else ceil(greatest(${block}, state / nullif(widest, 0)) / ${block}) * ${block} end as block
    from ${widths} as widths)`;
  const tokens = sql`(block * greatest(1, floor(widest / nullif(width, 0))))`;
  const needed = sql`case kind when 'state' then 1
      when 'full' then ceil(${length} / ${tokens})
      when 'sliding' then ceil(least(tokens - 1 + ${number(BATCHED)}, ${length}) / ${tokens}) + 1
      else ceil(least(tokens + ${number(BATCHED)}, ${length}) / ${tokens}) end`;
  return sql`(select coalesce(sum(ceil(layers / together) * ${needed}), 0)
      * coalesce(max(ceil(case when widest = 0 then pages.state else block * widest end)), 0)
      * coalesce(max(together), 0)
    from ${groups} as each, ${pages} as pages)`;
}
