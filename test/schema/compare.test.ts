/** Models side by side, along a curve, under other engines, and in their lineage. */
import { describe, expect, it } from "vitest";
import { writeRecords } from "../../src/db/catalog.ts";
import { modelRecord } from "../helpers/records.ts";
import { useCatalog } from "./catalog.ts";

const catalog = useCatalog();

interface Row {
  key: string;
  values: (string | null)[];
  differs: boolean;
}

it("compares models in the order they were named, in one statement", async () => {
  const { compare } = await catalog.ask(`{
    compare(models: ["deepseek-v3", "no-such-model", "llama-3.1-8b"], quant: Q4_K_M, ctx: 8192) {
      models { slug family { name } vram(quant: Q4_K_M, ctx: 8192) { total { formatted } } }
      rows { key label unit values differs }
    }
  }`);
  expect(catalog.statements.length).toBe(1);
  const [left, right] = compare.models;
  expect([left.slug, right.slug]).toEqual(["deepseek-v3", "llama-3.1-8b"]);
  const row = (key: string): Row => compare.rows.find((one: Row) => one.key === key);
  expect(row("totalParameters").values).toEqual(["671.0B", "8.0B"]);
  expect(row("experts").values).toEqual(["256", null]);
  expect(row("total").values).toEqual([left.vram.total.formatted, right.vram.total.formatted]);
  expect(row("activation")).toMatchObject({ values: ["SwiGLU", "SwiGLU"], differs: false });
});

it.each([["[]"], ['["a", "a"]'], [JSON.stringify([..."abcdefghi"])]])(
  "does not compare %s",
  async (slugs) => {
    const { errors } = await catalog.answer(
      `{ compare(models: ${slugs}, quant: F16, ctx: 1) { rows { key } } }`,
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT", argument: "models" });
  },
);

describe("a curve", () => {
  it("is the estimate at every context that was asked for", async () => {
    const { model } = await catalog.ask(`{ model(slug: "gemma-3-27b-it") {
      vramCurve(quant: Q4_K_M, ctxs: [1024, 5000, 131072]) { contextTokens total { bytes } }
      at: vram(quant: Q4_K_M, ctx: 5000) { contextTokens total { bytes } }
    } }`);
    expect(model.vramCurve.map((one: { contextTokens: number }) => one.contextTokens)).toEqual([
      1024, 5000, 131_072,
    ]);
    expect(model.vramCurve[1]).toEqual(model.at);
  });

  it("goes to the longest context by powers of two when left to itself", async () => {
    const { model } = await catalog.ask(
      '{ model(slug: "deepseek-v3") { vramCurve(quant: F16) { contextTokens } } }',
    );
    const contexts = model.vramCurve.map((one: { contextTokens: number }) => one.contextTokens);
    expect(contexts).toEqual([1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072]);
  });

  it("is null where memory is unknown, and bounded", async () => {
    const curve = (ctxs: number[]) =>
      catalog.answer(
        `{ model(slug: "c4ai-command-r-plus") { vramCurve(quant: F16, ctxs: ${JSON.stringify(ctxs)}) { basis } } }`,
      );
    expect((await curve([1024])).data?.model.vramCurve).toBeNull();
    for (const ctxs of [[0], Array.from({ length: 257 }, (_, i) => i + 1)]) {
      const { errors } = await curve(ctxs);
      expect(errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT", argument: "ctxs" });
    }
  });
});

describe("an engine", () => {
  const vram = (args: string) =>
    catalog.answer(
      `{ model(slug: "llama-3.1-8b") { vram(ctx: 8192, ${args}) { engine weights { bytes } total { bytes } } } }`,
    );

  it("allocates by its own rules", async () => {
    const engines = await Promise.all(
      ["LLAMA_CPP", "VLLM", "TRANSFORMERS"].map((engine) => vram(`quant: BF16, engine: ${engine}`)),
    );
    const bills = engines.map(({ data }) => data?.model.vram);
    expect(bills.map(({ engine }) => engine.split("/")[0])).toEqual([
      "llama.cpp",
      "vllm",
      "transformers",
    ]);
    expect(new Set(bills.map(({ total }) => total.bytes)).size).toBe(3);
  });

  it("loads its own formats", async () => {
    const served = (await vram("quant: AWQ, engine: VLLM")).data?.model.vram;
    // 7 of 8 billion weights in 4.156 bits, embedding and head in 16: 5.7 GB.
    expect(served.weights.bytes / 1e9).toBeCloseTo(5.7, 1);
    const { errors } = await vram("quant: AWQ");
    expect(errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT", argument: "quant" });
    const fits = await catalog.answer(
      "{ models(filter: { fits: { memoryGib: 24, quant: AWQ, ctx: 1 } }) { totalCount } }",
    );
    expect(fits.errors?.[0]?.extensions).toMatchObject({ argument: "filter.fits.quant" });
  });
});

it("knows what a model was made from, what was made from it, and what changed", async () => {
  const facts = (baseModel: string | null) => ({ ...modelRecord("x/y").facts, baseModel });
  await writeRecords(catalog.db, "test", [
    modelRecord("maker/origin", { facts: facts(null) }),
    modelRecord("other/tune-a", { facts: facts("maker/origin") }),
    modelRecord("other/tune-b", { facts: facts("maker/origin") }),
  ]);
  const { model, tune } = await catalog.ask(`{
    model(slug: "origin") {
      base { slug }
      derivatives(first: 1, orderBy: { field: NAME, direction: ASC }) {
        totalCount nodes { huggingFaceId base { slug } } pageInfo { hasNextPage }
      }
      changes { totalCount nodes { kind message model { slug } } }
    }
    tune: model(slug: "tune-b") { base { slug } baseModel derivatives { totalCount nodes { slug } } }
  }`);
  expect(catalog.statements.length).toBe(2);
  expect(model.base).toBeNull();
  expect(model.derivatives).toEqual({
    totalCount: 2,
    nodes: [{ huggingFaceId: "other/tune-a", base: { slug: "origin" } }],
    pageInfo: { hasNextPage: true },
  });
  expect(model.changes).toMatchObject({
    totalCount: 1,
    nodes: [{ kind: "MODEL_ADDED", model: { slug: "origin" } }],
  });
  expect(tune).toEqual({
    base: { slug: "origin" },
    baseModel: "maker/origin",
    derivatives: { totalCount: 0, nodes: [] },
  });
  const { models } = await catalog.ask(
    '{ models(filter: { baseModels: ["maker/origin"] }) { totalCount } }',
  );
  expect(models.totalCount).toBe(2);
});
