/**
 * Kept plans answer as new ones do. Many documents are asked with many variables: by a document that
 * is parsed once, so that plans and statements are kept and bound to other values, and by one that is
 * parsed for every request over a client that keeps nothing.
 */
import { drizzle } from "drizzle-orm/postgres-js";
import fc from "fast-check";
import { type DocumentNode, execute, parse, validate } from "graphql";
import { describe, expect, it } from "vitest";
import { relations } from "../../src/db/relations.ts";
import { schema } from "../../src/schema/index.ts";
import { useCatalog } from "./catalog.ts";

const catalog = useCatalog();

type Variables = Record<string, unknown>;

async function answer(document: DocumentNode, variableValues: Variables, kept: boolean) {
  const context = catalog.context();
  const db = kept ? context.db : drizzle({ client: catalog.db.$client, relations });
  const contextValue = { ...context, db };
  const { data, errors } = await execute({ schema, document, variableValues, contextValue });
  // Fields fail in any order.
  const refused = errors?.map(({ path, message }) => `${path}: ${message}`).sort();
  return JSON.parse(JSON.stringify({ data, refused }));
}

const SLUGS = ["deepseek-v3", "gpt-oss-20b", "llama-3.1-8b", "gemma-3-27b-it", "no-such-model"];
const slug = fc.constantFrom(...SLUGS);
const quant = fc.constantFrom("Q4_K_M", "Q8_0", "F16", "AWQ");
const ctx = fc.constantFrom(2048, 4097, 131_072);
const size = fc.constantFrom(0, 1, 2, 3, 100, 101);
const flag = fc.boolean();
const direction = fc.constantFrom("ASC", "DESC", null);
const field = fc.constantFrom("DOWNLOADS", "NAME", "RELEASED", "PARAMETERS");
const id = fc.constantFrom(
  "Model:deepseek-v3",
  "Family:gpt-oss",
  "Organization:openai",
  "Model:x",
  "Device:x",
);
const filter = fc.record(
  {
    licenses: fc.subarray(["MIT", "Apache-2.0", "no-such"], { minLength: 1 }),
    search: fc.constantFrom("llama", "8b llama", "%", ""),
    commercialUse: fc.constantFrom(true, false, null),
    openness: fc.subarray(["OPEN", "RESTRICTED", "UNKNOWN"], { minLength: 1 }),
    attention: fc.subarray(["GQA", "MLA", "SSM"], { minLength: 1 }),
    totalParameters: fc.record({
      min: fc.constantFrom(null, 1e9),
      max: fc.constantFrom(null, 1e12),
    }),
    fits: fc.record({
      memoryGib: fc.constantFrom(8, 24, 80),
      quant: fc.constantFrom("Q4_K_M", "F16"),
      ctx,
    }),
  },
  { requiredKeys: [] },
);

const CASES: [what: string, document: string, variables: fc.Arbitrary<Variables>][] = [
  [
    "a page with relations, aliases and computed sizes",
    `query ($slug: String!, $quant: QuantizationName!, $ctx: Int!, $size: Int!) {
      model(slug: $slug) { name family { slug } organization { name families { slug modelCount } }
        a: siblings(first: $size) { slug family { slug } } b: siblings(first: 2) { slug base { slug } }
        vram(quant: $quant, ctx: $ctx) { total { bytes } bitsPerWeight }
        other: vram(quant: Q8_0, ctx: $ctx, overhead: 0) { low { bytes } high { bytes } host { bytes } } } }`,
    fc.record({ slug, quant, ctx, size }),
  ],
  [
    "the same names for other fields under another type",
    `query ($size: Int!) {
      nodes(ids: ["Family:gpt-oss", "Organization:openai", "Family:llama-3.1", "Organization:google"]) {
        ... on Family { r: models(first: 2) { nodes { slug a: siblings(first: 1) { slug } b: siblings(first: 2) { slug } } } }
        ... on Organization { r: models(first: $size) { nodes { name a: siblings(first: 1) { slug } b: siblings(first: 4) { name } } } } } }`,
    fc.record({ size }),
  ],
  [
    "fragments under directives",
    `query ($slug: String!, $yes: Boolean!, $no: Boolean!) {
      model(slug: $slug) { slug ...Owner @include(if: $yes) ... @skip(if: $no) { siblings(first: 1) { ...Owner } }
        family @skip(if: $yes) { name } } }
     fragment Owner on Model { organization { slug name @skip(if: $no) } headline { value } }`,
    fc.record({ slug, yes: flag, no: flag }),
  ],
  [
    "filtered lists",
    `query ($filter: ModelFilter, $size: Int, $field: ModelOrderField!, $direction: SortDirection!, $after: String) {
      models(filter: $filter, first: $size, after: $after, orderBy: { field: $field, direction: $direction }) {
        totalCount nodes { slug } edges { cursor node { name organization { slug } siblings(first: 1) { slug } } }
        pageInfo { hasNextPage endCursor } } }`,
    fc.record({
      filter,
      size,
      field,
      direction: fc.constantFrom("ASC", "DESC"),
      after: fc.constantFrom(null, "bm9uc2Vuc2U="),
    }),
  ],
  [
    "connections in connections",
    `query ($size: Int, $inner: Int, $by: ModelOrder) {
      organizations(first: $size) { nodes { slug models(first: $inner, orderBy: $by) { totalCount
        edges { node { slug family { slug models(last: $inner) { nodes { slug } pageInfo { startCursor } } } } } } } } }`,
    fc.record({
      size,
      inner: size,
      by: fc.record({ field, direction: direction.map((way) => way ?? "DESC") }),
    }),
  ],
  [
    "whatever has an id",
    `query ($id: ID!, $ids: [ID!]!, $size: Int!, $yes: Boolean!) {
      node(id: $id) { id ...What } nodes(ids: $ids) { __typename id ...What @include(if: $yes) } }
     fragment What on Node { ... on Model { name siblings(first: $size) { slug } }
       ... on Family { models(first: $size) { totalCount nodes { slug } } }
       ... on Organization { families { slug } } ... on Device { name } }`,
    fc.record({ id, ids: fc.array(id, { maxLength: 4 }), size, yes: flag }),
  ],
  [
    "the same rows by two ways",
    `query ($slug: String!, $hf: String, $quants: [QuantizationName!]!, $ctx: Int!) {
      one: model(slug: $slug) { ...Table } two: model(huggingFaceId: $hf) { slug ...Table } }
     fragment Table on Model { vramTable(quants: $quants, ctxs: [1024, $ctx]) { cells { total { gib } kvCache { bytes } } } }`,
    fc.record({
      slug,
      hf: fc.constantFrom("openai/gpt-oss-20b", "OpenAI/GPT-OSS-20B", null),
      quants: fc.array(quant, { minLength: 1, maxLength: 3 }),
      ctx,
    }),
  ],
  [
    "what is found by words",
    `query ($text: String!, $first: Int!, $filter: ModelFilter) {
      search(text: $text, first: $first, filter: $filter) { words hits { score model { slug organization { name } } } } }`,
    fc.record({
      text: fc.constantFrom("llama 8b", "gpt oss", "deepsek", "q4"),
      first: size,
      filter,
    }),
  ],
];

describe("a kept plan", () => {
  it.each(CASES)("answers as a new one for %s", async (_what, source, variables) => {
    const document = parse(source);
    expect(validate(schema, document)).toEqual([]);
    await fc.assert(
      fc.asyncProperty(variables, async (values) => {
        const kept = await answer(document, values, true);
        expect(kept).toEqual(await answer(parse(source), values, false));
      }),
      { numRuns: 60 },
    );
  });

  it("goes on from any cursor", async () => {
    const document = parse(`query ($after: String, $before: String, $field: ModelOrderField!) {
      models(first: 3, after: $after, before: $before, orderBy: { field: $field, direction: ASC }) {
        edges { cursor node { slug } } } }`);
    for (const field of ["DOWNLOADS", "NAME", "RELEASED"]) {
      const { data } = await answer(document, { field }, true);
      for (const { cursor } of data.models.edges) {
        for (const values of [
          { field, after: cursor },
          { field, before: cursor },
        ]) {
          const anew = answer(parse(document.loc!.source.body), values, false);
          expect(await answer(document, values, true)).toEqual(await anew);
        }
      }
    }
  });
});
