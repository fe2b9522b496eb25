/** The SQL form of an estimate equals the TypeScript form to the byte, whatever the architecture. */
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Connection, connect } from "../../src/db/client.ts";
import { engineBytes } from "../../src/db/engine-fits.ts";
import { SEGMENTS } from "../../src/db/fit-coefficients.ts";
import { type FitSettings, memoryBytes } from "../../src/db/fits.ts";
import { models, organizations } from "../../src/db/tables.ts";
import {
  CHECKPOINT_FORMAT_NAMES,
  compile,
  ENGINE_CACHE_TYPES,
  EstimatorError,
  evaluate,
  type MemoryProfile,
  QUANTIZATION_NAMES,
} from "../../src/estimator/index.ts";
import { anyArchitecture } from "../estimator/arbitrary.ts";
import { useTestDatabase } from "../helpers/database.ts";

const ARCHITECTURES = 150;
const SETTINGS = 40;

const database = useTestDatabase();
let connection: Connection;
beforeAll(() => {
  connection = connect({ url: database.url });
});
afterAll(() => connection.close());

const settings: fc.Arbitrary<FitSettings> = fc.record({
  quant: fc.constantFrom(...QUANTIZATION_NAMES),
  contextTokens: fc.oneof(fc.integer({ min: 1, max: 4096 }), fc.integer({ min: 1, max: 1e7 })),
  sequences: fc.integer({ min: 1, max: 32 }),
  cacheType: fc.constantFrom(...ENGINE_CACHE_TYPES["llama.cpp"]),
  overheadFraction: fc.constantFrom(0, 0.05, 0.1, 0.25, 1),
});

/** Null where SQL says null too: settings that cannot be, or more kinds of layers than it has room for. */
function evaluated(profile: MemoryProfile, { cacheType, ...rest }: FitSettings): number | null {
  if (profile.cache.segments.length > SEGMENTS) return null;
  try {
    return evaluate(profile, { ...rest, cacheTypeK: cacheType, cacheTypeV: cacheType }).totalBytes;
  } catch (error) {
    if (error instanceof EstimatorError && error.code === "UNFIT_CACHE_TYPE") return null;
    throw error;
  }
}

const ENGINES = ["vllm", "transformers"] as const;

it("sums the same bytes over random architectures, contexts, batches and cache types", async () => {
  const { db } = connection;
  const profiles = fc.sample(anyArchitecture, ARCHITECTURES).map((each) => compile(each));
  await db.insert(organizations).values({ slug: "random", name: "Random" });
  await db.insert(models).values(
    profiles.map((memoryProfile, index) => ({
      slug: `random-${index}`,
      huggingFaceId: `random/${index}`,
      name: `Random ${index}`,
      organizationSlug: "random",
      status: "LISTED" as const,
      memoryProfile,
      factSources: {},
      searchText: "random",
    })),
  );
  let compared = 0;
  for (const each of fc.sample(settings, SETTINGS)) {
    const rows = await db
      .select({ slug: models.slug, bytes: sql<number>`(${memoryBytes(models.fit, each)})::float8` })
      .from(models);
    const summed = new Map(rows.map((row) => [row.slug, row.bytes]));
    for (const [index, profile] of profiles.entries()) {
      const told = JSON.stringify({ index, ...each });
      const bytes = evaluated(profile, each);
      expect(summed.get(`random-${index}`), told).toBe(bytes);
      if (bytes !== null) compared++;
    }
  }
  expect(compared).toBeGreaterThan((ARCHITECTURES * SETTINGS) / 4);

  // The engines that no index knows, over formats of checkpoints too.
  const formats = fc.constantFrom<string>(...QUANTIZATION_NAMES, ...CHECKPOINT_FORMAT_NAMES);
  for (const each of fc.sample(settings, SETTINGS)) {
    const [quant] = fc.sample(formats, 1);
    for (const engine of ENGINES) {
      const [cacheType] = fc.sample(fc.constantFrom(...ENGINE_CACHE_TYPES[engine]), 1);
      const asked = { ...each, quant: quant!, cacheType: cacheType! };
      const rows = await db
        .select({ slug: models.slug, bytes: engineBytes(models.memoryProfile, asked, engine) })
        .from(models);
      const { cacheType: _both, ...rest } = asked;
      const options = { ...rest, engine, cacheTypeK: cacheType!, cacheTypeV: cacheType! };
      for (const { slug, bytes } of rows) {
        const profile = profiles[Number(slug.slice("random-".length))]!;
        const told = JSON.stringify({ ...options, slug });
        expect(Number(bytes), told).toBe(evaluate(profile, options).totalBytes);
      }
    }
  }
});
