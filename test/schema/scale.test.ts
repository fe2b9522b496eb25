/**
 * The catalog grown to thousands of models: no list, count or search reads the whole table. The
 * planner decides by cost, and whole tables get dearer with size while indexes do not, so what holds
 * here holds for more; `SCALE_MODELS=100000` tries it.
 */
import { drizzle } from "drizzle-orm/postgres-js";
import { graphql } from "graphql";
import { beforeAll, expect, it, vi } from "vitest";
import { relations } from "../../src/db/relations.ts";
import { schema } from "../../src/schema/index.ts";
import { useCatalog } from "./catalog.ts";

const MODELS = Number(process.env.SCALE_MODELS ?? 13_000);
const catalog = useCatalog();

/** Copies of the fixture's models: other names, days and downloads, the same shapes. */
const GROW = `
  insert into models (slug, hugging_face_id, name, organization_slug, family_slug, variant,
    base_model, description, status, total_parameters, active_parameters, context_length,
    attention_kind, layers, experts, input_modalities, output_modalities, use_cases, tags, languages,
    license, commercial_use, released_on, downloads, likes, memory_profile, issues, fact_sources,
    search_text)
  select slug || '-' || i, hugging_face_id || '-' || i, name || ' ' || i, organization_slug,
    family_slug, variant, base_model, description, status, total_parameters + i, active_parameters,
    context_length, attention_kind, layers, experts, input_modalities, output_modalities, use_cases,
    tags, languages, license, commercial_use, released_on - i % 900, i * 7919 % 1000003, i % 5000,
    profile, issues, fact_sources, search_text || ' ' || i
  from (
    select *, jsonb_build_object('cache', memory_profile->'cache',
      'compute', memory_profile->'compute',
      'weights', (select jsonb_object_agg(key, jsonb_build_object('deviceBytes', value->'deviceBytes'))
        from jsonb_each(memory_profile->'weights'))) as profile
    from models where memory_profile is not null
      and created_at = (select min(created_at) from models)) as slim,
    generate_series($1::int, $2::int) as i`;

/** Copies of each model that come in at once: a statement that takes longer is given up. */
const AT_ONCE = 50;

beforeAll(async () => {
  const { $client } = catalog.db;
  const copies = Math.round(MODELS / 13);
  for (let from = 1; from <= copies; from += AT_ONCE) {
    await $client.unsafe(GROW, [from, Math.min(from + AT_ONCE - 1, copies)]);
  }
  // Postgres's own look at another table keeps rows from being settled for as long as it lasts.
  await vi.waitUntil(settled, { timeout: 60_000, interval: 500 });
}, 300_000);

async function settled(): Promise<boolean> {
  await catalog.db.$client.unsafe("vacuum analyze models");
  const [table] = await catalog.db.$client`
    select relallvisible > 0.9 * relpages as visible from pg_class where relname = 'models'`;
  return table?.visible === true;
}

/** The plans of every statement that an operation takes. */
async function plansOf(source: string): Promise<string[]> {
  const { $client } = catalog.db;
  const statements: { query: string; params: unknown[] }[] = [];
  const logQuery = (query: string, params: unknown[]) => void statements.push({ query, params });
  const db = drizzle({ client: $client, relations, logger: { logQuery } });
  const { errors } = await graphql({ schema, source, contextValue: { ...catalog.context(), db } });
  expect(errors).toBeUndefined();
  expect(statements.length).toBeGreaterThan(0);
  expect(statements.length).toBeLessThanOrEqual(4);
  const plans = statements.map(({ query, params }) =>
    $client.unsafe(`explain ${query}`, params as never[]),
  );
  return (await Promise.all(plans)).map((rows) => rows.map((row) => row["QUERY PLAN"]).join("\n"));
}

const PAGE = "totalCount nodes { slug name family { name } siblings(first: 2) { slug } }";
const fits = (memoryGib: number) => `fits: { memoryGib: ${memoryGib}, quant: Q4_K_M, ctx: 32768 }`;

it.each([
  ["everything", `models { ${PAGE} }`],
  ["what fits 24 GiB", `models(filter: { ${fits(24)} }) { ${PAGE} }`],
  ["what fits next to nothing", `models(filter: { ${fits(1)} }) { ${PAGE} }`],
  [
    "the largest that fits",
    `models(filter: { ${fits(24)} }, orderBy: { field: PARAMETERS }) { ${PAGE} }`,
  ],
  [
    "the fastest that fits",
    `models(filter: { ${fits(24)} }, orderBy: { field: ACTIVE_PARAMETERS, direction: ASC }) { ${PAGE} }`,
  ],
  [
    "what fills the hardware",
    `models(filter: { ${fits(24)} }, orderBy: { field: MEMORY }) { ${PAGE} }`,
  ],
  [
    "the longest context that fits",
    `models(filter: { ${fits(24)} }, orderBy: { field: FITTING_CONTEXT }) { ${PAGE} }`,
  ],
  ["names", `models(orderBy: { field: NAME }) { ${PAGE} }`],
  ["a family that fits", `models(filter: { families: ["deepseek-v3"], ${fits(400)} }) { ${PAGE} }`],
  ["a family", `models(filter: { families: ["deepseek-v3"] }) { ${PAGE} }`],
  ["an organization", `models(filter: { organizations: ["openai"] }) { ${PAGE} }`],
  ["a licence", `models(filter: { licenses: ["MIT"] }) { ${PAGE} }`],
  ["a kind of attention", `models(filter: { attention: [RWKV] }) { ${PAGE} }`],
  ["a modality", `models(filter: { inputModalities: [IMAGE] }) { ${PAGE} }`],
  ["a use", `models(filter: { useCases: [MATH] }) { ${PAGE} }`],
  ["a range", `models(filter: { totalParameters: { max: 1000000000 } }) { ${PAGE} }`],
  ["a range of context", `models(filter: { contextLength: { min: 1000000 } }) { ${PAGE} }`],
  ["a range of days", `models(filter: { released: { from: "2026-01-01" } }) { ${PAGE} }`],
  ["words", `models(filter: { search: "llama 777" }) { ${PAGE} }`],
  ["a search", 'search(text: "lama 777 q4") { hits { model { slug } } }'],
  ["a search of a name", 'search(text: "gpt oss 20b") { hits { model { slug } } }'],
  [
    "what a device carries",
    `device(slug: "nvidia-geforce-rtx-4090-24gb") { models(quant: Q4_K_M, ctx: 8192) { ${PAGE} } }`,
  ],
  [
    "the longest contexts",
    "longestContexts(on: { memoryGib: 24 }, quant: Q4_K_M) { tokens model { slug } }",
  ],
  [
    "the model page",
    'model(slug: "gpt-oss-20b") { name base { slug } derivatives { totalCount } }',
  ],
  ["a search of one of thousands", 'search(text: "llama", first: 5) { hits { model { slug } } }'],
  ["next to nothing that fits", `models(filter: { ${fits(0.45)} }) { totalCount nodes { slug } }`],
  ["an id", 'model(huggingFaceId: "OpenAI/GPT-OSS-20B") { name }'],
])("reads no whole table for %s", async (_what, operation) => {
  for (const plan of await plansOf(`{ ${operation} }`)) {
    expect(plan).not.toMatch(/Seq Scan on models/);
  }
});

it("gives the same page of what fits, whether it is counted or walked", async () => {
  const filter = `filter: { ${fits(24)}, families: ["gpt-oss"] }`;
  const { models } = await catalog.ask(`{ models(${filter}) { totalCount } }`);
  const walked = new Set<string>();
  for (let after: string | null = null; ; ) {
    const page = await catalog.ask(
      `query ($after: String) { models(${filter}, first: 100, after: $after) {
        nodes { slug } pageInfo { hasNextPage endCursor } } }`,
      { after },
    );
    for (const { slug } of page.models.nodes) walked.add(slug);
    if (!page.models.pageInfo.hasNextPage) break;
    after = page.models.pageInfo.endCursor;
  }
  expect(walked.size).toBe(models.totalCount);
  expect(walked.size).toBeGreaterThan(500);
});
