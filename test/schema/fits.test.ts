/** The database's sums and the estimator's are the same sums, to the byte, over the whole catalog. */
import { isNotNull, sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { type FitSettings, memoryBytes } from "../../src/db/fits.ts";
import { models } from "../../src/db/tables.ts";
import { EstimatorError, evaluate, type MemoryProfile } from "../../src/estimator/index.ts";
import { BUNDLED, useCatalog } from "./catalog.ts";

const catalog = useCatalog(BUNDLED);

const SETTINGS: FitSettings[] = [
  { quant: "Q4_K_M", contextTokens: 1024, sequences: 1, cacheType: "f16", overheadFraction: 0.1 },
  { quant: "F16", contextTokens: 65_536, sequences: 1, cacheType: "f16", overheadFraction: 0 },
  { quant: "Q8_0", contextTokens: 32_769, sequences: 4, cacheType: "q8_0", overheadFraction: 0.05 },
  { quant: "IQ2_XXS", contextTokens: 1, sequences: 7, cacheType: "q4_0", overheadFraction: 0.333 },
  {
    quant: "Q6_K",
    contextTokens: 10_000_000,
    sequences: 1,
    cacheType: "bf16",
    overheadFraction: 10,
  },
  { quant: "Q5_K_M", contextTokens: 4097, sequences: 64, cacheType: "f32", overheadFraction: 0.1 },
];

function evaluated(profile: MemoryProfile, settings: FitSettings): number | null {
  const { cacheType, ...rest } = settings;
  try {
    return evaluate(profile, { ...rest, cacheTypeK: cacheType, cacheTypeV: cacheType }).totalBytes;
  } catch (error) {
    if (error instanceof EstimatorError && error.code === "UNFIT_CACHE_TYPE") return null;
    throw error;
  }
}

it("sums the same bytes in SQL as in TypeScript, for every model of the catalog", async () => {
  const columns = Object.fromEntries(
    SETTINGS.map((settings, index) => [
      `s${index}`,
      sql`(${memoryBytes(models.fit, settings)})::float8`,
    ]),
  );
  const rows = await catalog.db
    .select({ slug: models.slug, profile: models.memoryProfile, ...columns })
    .from(models)
    .where(isNotNull(models.memoryProfile));
  expect(rows.length).toBeGreaterThan(150);
  for (const row of rows as Record<string, unknown>[]) {
    const expected = SETTINGS.map((settings) => evaluated(row.profile as MemoryProfile, settings));
    const summed = SETTINGS.map((_, index) => row[`s${index}`]);
    expect(summed, String(row.slug)).toEqual(expected);
  }
});

it("lists exactly the models whose estimate fits", async () => {
  const listed = await catalog.ask(`{
    models(first: 100, filter: { fits: { memoryGib: 24, quant: Q4_K_M, ctx: 32768 } }) {
      totalCount
      nodes { slug vram(quant: Q4_K_M, ctx: 32768) { total { gib } } }
    }
  }`);
  const all = await catalog.db.select().from(models);
  const fitting = all.filter(({ memoryProfile, status }) => {
    if (!memoryProfile || status === "WITHDRAWN") return false;
    const settings = { quant: "Q4_K_M", contextTokens: 32_768, overheadFraction: 0.1 };
    return evaluate(memoryProfile, settings).totalBytes <= 24 * 2 ** 30;
  });
  expect(fitting.length).toBeGreaterThan(20);
  expect(listed.models.totalCount).toBe(fitting.length);
  for (const { vram } of listed.models.nodes) expect(vram.total.gib).toBeLessThanOrEqual(24);
});

it.each(["VLLM", "TRANSFORMERS"])("lists what fits by the rules of %s too", async (engine) => {
  const filter = `{ fits: { memoryGib: 24, quant: FP8, ctx: 16384, batch: 4, engine: ${engine} } }`;
  const settings = `quant: FP8, ctx: 16384, batch: 4, engine: ${engine}`;
  const listed: string[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const { models } = await catalog.ask(
      `query ($after: String) {
        models(first: 100, after: $after, filter: ${filter}, orderBy: { field: MEMORY, direction: ASC }) {
          nodes { slug vram(${settings}) { total { gib } } }
          pageInfo { hasNextPage endCursor }
        }
      }`,
      { after },
    );
    const sizes = models.nodes.map(
      (node: { vram: { total: { gib: number } } }) => node.vram.total.gib,
    );
    expect(sizes).toEqual(sizes.toSorted((a: number, b: number) => a - b));
    for (const gib of sizes) expect(gib).toBeLessThanOrEqual(24);
    listed.push(...models.nodes.map(({ slug }: { slug: string }) => slug));
    after = models.pageInfo.endCursor;
    more = models.pageInfo.hasNextPage;
  }
  const all = await catalog.db.select().from(models);
  const fitting = all.filter(({ memoryProfile }) => {
    if (!memoryProfile) return false;
    const options = { quant: "FP8", contextTokens: 16_384, sequences: 4, cacheTypeK: "f16" };
    const name = engine.toLowerCase() as "vllm" | "transformers";
    return (
      evaluate(memoryProfile, { ...options, overheadFraction: 0.1, engine: name }).totalBytes <=
      24 * 2 ** 30
    );
  });
  expect(fitting.length).toBeGreaterThan(20);
  expect(listed.toSorted()).toEqual(fitting.map(({ slug }) => slug).toSorted());
});

it("says where an engine's rules are not kept", async () => {
  const fits = "fits: { memoryGib: 24, quant: FP8, ctx: 1024, engine: VLLM }";
  const { errors } = await catalog.answer(
    `{ models(filter: { ${fits} }, orderBy: { field: FITTING_CONTEXT }) { totalCount } }`,
  );
  expect(errors?.[0]?.extensions).toMatchObject({
    code: "BAD_USER_INPUT",
    argument: "filter.fits.engine",
  });
});
