/** Settings that one model cannot have: its figures are null with the reason, and others have theirs. */
import { expect, it } from "vitest";
import { BUNDLED, useCatalog } from "./catalog.ts";

const catalog = useCatalog(BUNDLED);

it("a cache type whose blocks do not divide its heads", async () => {
  const { model, models, compare } = await catalog.ask(`{
    model(slug: "phi-2") {
      vramReason
      why: vramReason(cacheType: Q8_0)
      vram(quant: Q4_K_M, ctx: 1024, cacheType: Q8_0) { basis }
      vramTable(quants: [Q4_K_M], ctxs: [1024], cacheType: Q8_0) { cells { basis } }
      maxContext(on: { memoryGib: 24 }, quant: Q4_K_M, cacheType: Q8_0) { tokens }
      bestQuant(on: { memoryGib: 24 }, ctx: 1024, cacheType: Q8_0) { basis }
      devices(quant: Q4_K_M, ctx: 1024, cacheType: Q8_0) { count }
    }
    models(first: 100, orderBy: { field: NAME }) { nodes { slug vram(quant: Q4_K_M, ctx: 1024, cacheType: Q8_0) { basis } } }
    compare(models: ["phi-2", "gpt2"], quant: Q4_K_M, ctx: 1024, cacheType: Q8_0) { models { slug } }
  }`);
  expect(model).toEqual({
    vramReason: null,
    why: "Blocks of q8_0 (32) do not divide heads of 80.",
    ...{ vram: null, vramTable: null, maxContext: null, bestQuant: null, devices: null },
  });
  const known = models.nodes.filter(({ vram }: { vram: object | null }) => vram !== null);
  expect(known.length).toBeGreaterThan(90);
  expect(compare.models).toHaveLength(2);
});

it("a rule of thumb that needs attention heads", async () => {
  const { model } = await catalog.ask(`{ model(slug: "mamba-2.8b-hf") {
    vram(quant: Q4_K_M, ctx: 1, method: NOMINAL) { basis }
    why: vramReason(method: NOMINAL)
    usual: vramReason
  } }`);
  expect(model).toMatchObject({ vram: null, usual: null, why: expect.stringContaining("heads") });
});
