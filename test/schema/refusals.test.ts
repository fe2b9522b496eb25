/** Wrong use: each mistake gets a code, and a message that names the argument and what is allowed. */
import { getIntrospectionQuery } from "graphql";
import { describe, expect, it } from "vitest";
import { LIMITS } from "../../src/schema/limits.ts";
import { useCatalog } from "./catalog.ts";

const catalog = useCatalog();

async function refusal(
  source: string,
  variables?: Record<string, unknown>,
): Promise<Record<string, unknown> & { message: string }> {
  const { errors } = await catalog.answer(source, variables);
  expect(errors?.length).toBeGreaterThan(0);
  return { message: errors![0]!.message, ...errors![0]!.extensions };
}

const many = (count: number, value: unknown) => Array.from({ length: count }, () => value).join();
const models = (args: string) => `{ models(${args}) { nodes { slug } } }`;

describe("an argument out of range", () => {
  it.each([
    ["first", models("first: -1")],
    ["first", models("first: 101")],
    ["first", models("first: 1000000")],
    ["first", "{ models(first: -1) { totalCount } }"],
    ["after", '{ events(after: "x") { totalCount } }'],
    ["last", models("last: -1")],
    ["last", models("first: 1, last: 1")],
    ["after", models('after: "nonsense"')],
    ["before", models('before: "REM6VDpbIk46MSIsIlM6YiIsIlM6YyJd"')],
    ["first", '{ family(slug: "deepseek-v3") { models(first: 101) { nodes { slug } } } }'],
    ["first", '{ model(slug: "deepseek-v3") { siblings(first: 101) { slug } } }'],
    ["first", "{ sources { runs(first: -1) { id } } }"],
    ["first", "{ devices(first: 101) { nodes { slug } } }"],
    ["after", '{ devices(after: "x") { nodes { slug } } }'],
    ["ctx", '{ model(slug: "deepseek-v3") { vram(quant: F16, ctx: 0) { total { gib } } } }'],
    [
      "overhead",
      '{ model(slug: "deepseek-v3") { vram(quant: F16, ctx: 1, overhead: -1) { basis } } }',
    ],
    ["batch", '{ model(slug: "deepseek-v3") { vram(quant: F16, ctx: 1, batch: 0) { basis } } }'],
    [
      "cacheType",
      '{ model(slug: "deepseek-v3") { vram(quant: FP8, ctx: 1, engine: VLLM, cacheType: Q8_0) { basis } } }',
    ],
    [
      "cacheType",
      '{ model(slug: "deepseek-v3") { vram(quant: F16, ctx: 1, cacheType: FP8) { basis } } }',
    ],
    [
      "filter.fits.cacheType",
      models(
        "filter: { fits: { memoryGib: 1, quant: FP8, ctx: 1, engine: TRANSFORMERS, cacheType: Q4_0 } }",
      ),
    ],
    [
      "count",
      '{ device(slug: "nvidia-geforce-rtx-4090-24gb") { models(quant: Q4_K_M, ctx: 1, count: 0) { totalCount } } }',
    ],
    [
      "quant",
      '{ device(slug: "nvidia-geforce-rtx-4090-24gb") { models(quant: FP8, ctx: 1) { totalCount } } }',
    ],
    [
      "ctx",
      '{ device(slug: "nvidia-geforce-rtx-4090-24gb") { models(quant: Q4_K_M, ctx: 0) { totalCount } } }',
    ],
    [
      "ctxs",
      '{ model(slug: "deepseek-v3") { vramTable(quants: [F16], ctxs: [0]) { cells { basis } } } }',
    ],
    [
      "quants",
      `{ model(slug: "deepseek-v3") { vramTable(quants: [${many(41, "F16")}], ctxs: [1]) { cells { basis } } } }`,
    ],
    [
      "ctxs",
      `{ model(slug: "deepseek-v3") { vramTable(quants: [F16], ctxs: [${many(33, 1)}]) { cells { basis } } } }`,
    ],
    [
      "ctxs",
      `{ model(slug: "deepseek-v3") { vramCurve(quant: F16, ctxs: [${many(257, 1)}]) { basis } } }`,
    ],
    ["filter.licenses", models(`filter: { licenses: [${many(101, '"MIT"')}] }`)],
    ["filter.families", models("filter: { families: [] }")],
    ["filter.totalParameters", models("filter: { totalParameters: { min: 2, max: 1 } }")],
    ["filter.downloads", models("filter: { downloads: { min: 2, max: 1 } }")],
    ["filter.tags", models("filter: { tags: [] }")],
    ["filter.languages", models('filter: { languages: ["e\\u0000n"] }')],
    ["filter.released", models('filter: { released: { from: "2025-01-02", to: "2025-01-01" } }')],
    ["filter.search", models(`filter: { search: "${"x".repeat(10_000)}" }`)],
    ["filter.search", models('filter: { search: "a b c d e f g h i" }')],
    ["filter.fits.memoryGib", models("filter: { fits: { quant: F16, ctx: 1 } }")],
    [
      "filter.fits.memoryGib",
      models("filter: { fits: { memoryGib: 1, devices: [], quant: F16, ctx: 1 } }"),
    ],
    ["filter.fits.memoryGib", models("filter: { fits: { memoryGib: -1, quant: F16, ctx: 1 } }")],
    ["filter.fits.devices", models("filter: { fits: { devices: [], quant: F16, ctx: 1 } }")],
    [
      "filter.fits.devices.count",
      models(
        'filter: { fits: { devices: [{ device: "nvidia-h100-sxm-80gb", count: 65 }], quant: F16, ctx: 1 } }',
      ),
    ],
    ["filter.fits.device", models('filter: { fits: { device: "abacus", quant: F16, ctx: 1 } }')],
    ["filter.fits.ctx", models("filter: { fits: { memoryGib: 1, quant: F16, ctx: 0 } }")],
    [
      "on.device",
      '{ model(slug: "deepseek-v3") { maxContext(on: { device: "abacus" }, quant: F16) { tokens } } }',
    ],
    [
      "on.memoryGib",
      '{ model(slug: "deepseek-v3") { maxContext(on: { memoryGib: -1 }, quant: F16) { tokens } } }',
    ],
    [
      "ctx",
      '{ model(slug: "deepseek-v3") { maxConcurrency(on: { memoryGib: 1 }, quant: F16, ctx: 0) { sequences } } }',
    ],
    [
      "among",
      '{ model(slug: "deepseek-v3") { bestQuant(on: { memoryGib: 1 }, ctx: 1, among: []) { basis } } }',
    ],
    [
      "device",
      '{ model(slug: "deepseek-v3") { onDevice(device: "x", quant: F16, ctx: 1) { count } } }',
    ],
    [
      "devices",
      '{ model(slug: "deepseek-v3") { placement(devices: [], quant: F16, ctx: 1) { fits } } }',
    ],
    [
      "hostMemoryGib",
      '{ model(slug: "deepseek-v3") { placement(devices: [], hostMemoryGib: -1, quant: F16, ctx: 1) { fits } } }',
    ],
    ["first", '{ search(text: "a", first: 101) { words } }'],
    ["first", "{ facets(first: -1) { facet } }"],
    [
      "filter.fits",
      '{ device(slug: "nvidia-geforce-rtx-4090-24gb") { models(quant: F16, ctx: 1, filter: { fits: { memoryGib: 1, quant: F16, ctx: 1 } }) { totalCount } } }',
    ],
    ["slug", '{ model(slug: "a\\u0000b") { id } }'],
    ["slug", `{ family(slug: "${"x".repeat(500)}") { id } }`],
  ])("is refused: %s (%#)", async (argument, source) => {
    const { message, ...extensions } = await refusal(source);
    expect(extensions).toMatchObject({ code: "BAD_USER_INPUT", argument });
    expect(message).toContain(`"${argument}"`);
    expect(message.length).toBeLessThan(300);
  });

  it("is refused before GraphQL runs when a type says so", async () => {
    const vram = (args: string) => `{ model(slug: "a") { vram(${args}) { total { gib } } } }`;
    expect((await refusal(vram("quant: Q4_K_XXL, ctx: 1"))).message).toContain("Q4_K_M");
    expect((await refusal(vram("quant: F16, ctx: 1000000000000"))).message).toContain("32-bit");
    const most = "filter: { totalParameters: { max: 1e30 } }";
    expect((await refusal(models(most))).message).toContain(
      "whole number between -(2^53 - 1) and 2^53 - 1, not 1e30",
    );
    for (const day of ["soon", "2024-02-31", "0000-01-01", "2024-1-1"]) {
      const { message } = await refusal(models(`filter: { released: { from: "${day}" } }`));
      expect(message).toContain("2024-12-26");
    }
    expect((await refusal(models("filter: { totalParameters: { min: 1.5 } }"))).message).toContain(
      "whole number",
    );
  });

  it.each([
    ["text", (text: string) => `{ search(text: "${text}") { words } }`],
    ["filter.search", (text: string) => `{ models(filter: { search: "${text}" }) { totalCount } }`],
    ["slug", (text: string) => `{ model(slug: "${text}") { slug } }`],
  ])("takes no %s of more than 200 characters", async (argument, document) => {
    expect((await catalog.answer(document("x".repeat(200)))).errors).toBeUndefined();
    expect(await refusal(document("x".repeat(201)))).toMatchObject({
      code: "BAD_USER_INPUT",
      argument,
    });
  });

  it("takes no cursor that is longer than any it gave", async () => {
    const cursor = (length: number) =>
      Buffer.from(`DC:J:${JSON.stringify(["x".repeat(length), "slug"])}`).toString("base64");
    const named =
      "query ($c: String) { models(after: $c, orderBy: { field: NAME }) { nodes { slug } } }";
    expect((await catalog.answer(named, { c: cursor(1_000) })).errors).toBeUndefined();
    expect(await refusal(named, { c: cursor(20_000) })).toMatchObject({
      code: "BAD_USER_INPUT",
      argument: "after",
    });
  });

  it("names the order when a cursor belongs to another", async () => {
    const { models: page } = await catalog.ask("{ models(first: 1) { pageInfo { endCursor } } }");
    const query =
      "query ($after: String) { models(after: $after, orderBy: { field: NAME }) { totalCount nodes { slug } } }";
    const { message } = await refusal(query, { after: page.pageInfo.endCursor });
    expect(message).toContain("in this order");
  });
});

describe("a document that GraphQL itself forbids", () => {
  it.each([
    [
      "a cycle of fragments",
      "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
      "itself",
    ],
    [
      "introspection that goes round and round",
      `{ __schema { types ${"{ fields { type ".repeat(5)}{ name }${" } }".repeat(5)} } }`,
      "introspection depth",
    ],
    ["a field that is not there", '{ model(slug: "a") { vrams } }', "vram"],
    [
      "two of one input",
      '{ model(slug: "a") { maxContext(on: { memoryGib: 1, device: "x" }, quant: F16) { tokens } } }',
      "xactly one",
    ],
  ])("is refused before anything runs: %s", async (_what, source, hint) => {
    expect((await refusal(source)).message).toContain(hint);
    expect(catalog.statements).toEqual([]);
  });

  it("leaves the introspection of tools alone", async () => {
    const { errors, data } = await catalog.answer(getIntrospectionQuery());
    expect(errors).toBeUndefined();
    expect(data?.__schema.types.length).toBeGreaterThan(80);
  });
});

describe("a request over a limit", () => {
  it("is refused by its cost, with the cost, before any SQL", async () => {
    const nested = `{ models(first: 100) { nodes {
      family { models(first: 100) { nodes { family { models(first: 100) { nodes { slug } } } } } }
    } } }`;
    const { code, cost, limits } = await refusal(nested);
    expect(code).toBe("COST_LIMIT_EXCEEDED");
    expect(cost).toBeGreaterThan(1_000_000);
    expect(limits).toEqual(LIMITS);
    expect(catalog.statements).toEqual([]);
  });

  it("counts a page size that comes in a variable", async () => {
    const query = `query ($n: Int) { models(first: $n) { nodes { siblings(first: $n) { slug name } } } }`;
    expect((await catalog.answer(query, { n: 10 })).errors).toBeUndefined();
    expect(await refusal(query, { n: 100 })).toMatchObject({ code: "COST_LIMIT_EXCEEDED" });
  });

  it("is refused by its depth", async () => {
    const deep = `${"family { models(first: 1) { nodes { ".repeat(5)}slug${" } } }".repeat(5)}`;
    const { code, depth } = await refusal(`{ model(slug: "a") { ${deep} } }`);
    expect(code).toBe("DEPTH_LIMIT_EXCEEDED");
    expect(depth).toBeGreaterThan(LIMITS.depth);
    expect(catalog.statements).toEqual([]);
  });

  it("is refused by the number of its fields", async () => {
    const aliases = Array.from({ length: 600 }, (_, i) => `a${i}: model(slug: "a") { id }`);
    expect(await refusal(`{ ${aliases.join("\n")} }`)).toMatchObject({
      code: "BREADTH_LIMIT_EXCEEDED",
    });
    expect(catalog.statements).toEqual([]);
  });
});
