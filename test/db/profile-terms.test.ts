/** The few numbers that a statement takes of a profile give the very estimates that the profile gives. */
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Connection, connect } from "../../src/db/client.ts";
import { baseTerms, formatTerms, readTerms } from "../../src/db/profile-terms.ts";
import { models, organizations } from "../../src/db/tables.ts";
import {
  compile,
  evaluateLlamaCpp,
  type MemoryProfile,
  QUANTIZATION_NAMES,
} from "../../src/estimator/index.ts";
import { anyArchitecture } from "../estimator/arbitrary.ts";
import { useTestDatabase } from "../helpers/database.ts";

const ARCHITECTURES = 60;

const database = useTestDatabase();
let connection: Connection;
beforeAll(async () => {
  connection = connect({ url: database.url });
  await connection.db.insert(organizations).values({ slug: "someone", name: "Someone" });
});
afterAll(() => connection.close());

async function stored(profile: MemoryProfile | null, slug: string): Promise<void> {
  await connection.db.insert(models).values({
    slug,
    huggingFaceId: `someone/${slug}`,
    name: slug,
    organizationSlug: "someone",
    status: "LISTED",
    memoryProfile: profile,
    factSources: {},
    searchText: slug,
  });
}

async function read(slug: string, quants: (typeof QUANTIZATION_NAMES)[number][]) {
  const formats = Object.fromEntries(quants.map((quant) => [quant, formatTerms(models, quant)]));
  const [row] = await connection.db
    .select({
      terms: baseTerms(models),
      unusual: sql<boolean>`${models.terms} is null`,
      ...formats,
    })
    .from(models)
    .where(sql`${models.slug} = ${slug}`);
  const { terms, unusual, ...rest } = row as { terms: string | null; unusual: boolean };
  return { profile: terms === null ? null : readTerms(terms, rest), unusual };
}

const settings = fc.record({
  contextTokens: fc.integer({ min: 1, max: 1e6 }),
  sequences: fc.integer({ min: 1, max: 32 }),
  overheadFraction: fc.constantFrom(0, 0.1),
  flashAttention: fc.boolean(),
  swaFull: fc.boolean(),
  device: fc.constantFrom("gpu", "cpu"),
});

it("gives the same estimates, whatever the architecture", async () => {
  let plain = 0;
  for (const [index, architecture] of fc.sample(anyArchitecture, ARCHITECTURES).entries()) {
    const profile = compile(architecture);
    await stored(profile, `model-${index}`);
    const quants = fc.sample(fc.constantFrom(...QUANTIZATION_NAMES), 3);
    const { profile: terms, unusual } = await read(`model-${index}`, quants);
    if (!unusual) plain++;
    for (const quant of quants) {
      for (const rest of fc.sample(settings, 5)) {
        const asked = { quant, ...rest } as Parameters<typeof evaluateLlamaCpp>[1];
        expect(evaluateLlamaCpp(terms!, asked)).toEqual(evaluateLlamaCpp(profile, asked));
      }
      expect(terms!.weights[quant]!.bytes).toBe(profile.weights[quant]!.bytes);
    }
    expect(terms!.parameters?.total).toBe(profile.parameters?.total);
  }
  expect(plain).toBeGreaterThan(ARCHITECTURES / 2);
});

it("gives the whole profile where there is more in it", async () => {
  const [architecture] = fc.sample(anyArchitecture, 1);
  const published = [{ quant: "Q4_K_M", tensorBytes: 123_456_789 }];
  await stored(compile(architecture!, published), "published");
  const { profile, unusual } = await read("published", ["Q4_K_M"]);
  expect(unusual).toBe(true);
  expect(profile!.weights.Q4_K_M!.basis).toBe("PUBLISHED_FILE");
});

it("gives nothing where there is no profile", async () => {
  await stored(null, "unknown");
  expect((await read("unknown", ["Q4_K_M"])).profile).toBeNull();
});
