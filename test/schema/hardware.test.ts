/** Models on hardware: what fits, how much of it, how fast, and how it is laid out. */
import { describe, expect, it } from "vitest";
import { useCatalog } from "./catalog.ts";

const catalog = useCatalog();
const GIB = 2 ** 30;

const model = async (slug: string, fields: string) =>
  (await catalog.ask(`{ model(slug: "${slug}") { ${fields} } }`)).model;
const total = async (slug: string, args: string): Promise<number> =>
  (await model(slug, `vram(${args}) { total { bytes } }`)).vram.total.bytes;

describe("the longest context", () => {
  it("fits, and one more step of the cache does not", async () => {
    const { maxContext } = await model(
      "llama-3.1-8b",
      "maxContext(on: { memoryGib: 12 }, quant: Q4_K_M) { tokens limitedBy estimate { contextTokens total { bytes } } }",
    );
    const { tokens, limitedBy, estimate } = maxContext;
    expect(limitedBy).toBe("MEMORY");
    expect(estimate.contextTokens).toBe(tokens);
    expect(estimate.total.bytes).toBe(await total("llama-3.1-8b", `quant: Q4_K_M, ctx: ${tokens}`));
    expect(estimate.total.bytes).toBeLessThanOrEqual(12 * GIB);
    const more = await total("llama-3.1-8b", `quant: Q4_K_M, ctx: ${tokens + 1}`);
    expect(more).toBeGreaterThan(12 * GIB);
  });

  it("stops at the one it was made for, unless told to go on", async () => {
    const { trained, beyond, none } = await model(
      "gpt-oss-20b",
      `trained: maxContext(on: { memoryGib: 80 }, quant: Q4_K_M) { tokens limitedBy }
       beyond: maxContext(on: { memoryGib: 80 }, quant: Q4_K_M, beyondTrained: true) { tokens }
       none: maxContext(on: { memoryGib: 1 }, quant: Q4_K_M) { tokens estimate { basis } }`,
    );
    expect(trained).toEqual({ tokens: 131_072, limitedBy: "TRAINED_CONTEXT" });
    expect(beyond.tokens).toBeGreaterThan(131_072);
    expect(none).toEqual({ tokens: 0, estimate: null });
  });
});

it("ranks models by the longest context that fits, as each model says for itself", async () => {
  for (const [gib, cacheType] of [
    [24, "F16"],
    [8, "Q8_0"],
  ]) {
    const args = `on: { memoryGib: ${gib} }, quant: Q4_K_M, cacheType: ${cacheType}`;
    const { longestContexts } = await catalog.ask(
      `{ longestContexts(${args}, first: 100) { tokens model { slug } } }`,
    );
    expect(catalog.statements.length).toBe(2);
    const { models } = await catalog.ask("{ models(first: 100) { nodes { slug } } }");
    const own: { slug: string; tokens: number }[] = [];
    for (const { slug } of models.nodes) {
      const { data } = await catalog.answer(
        `{ model(slug: "${slug}") { maxContext(${args}) { tokens } } }`,
      );
      const tokens = data?.model.maxContext?.tokens ?? 0;
      if (tokens > 0) own.push({ slug, tokens });
    }
    const ranked = longestContexts.map((one: { tokens: number; model: { slug: string } }) => ({
      slug: one.model.slug,
      tokens: one.tokens,
    }));
    expect(ranked).toHaveLength(own.length);
    expect(ranked).toEqual(expect.arrayContaining(own));
    const tokens = ranked.map((one: { tokens: number }) => one.tokens);
    expect(tokens).toEqual([...tokens].sort((a, b) => b - a));
  }
});

it("the most sequences fit, and one more does not", async () => {
  const { maxConcurrency } = await model(
    "llama-3.1-8b",
    "maxConcurrency(on: { memoryGib: 24 }, quant: Q4_K_M, ctx: 4096) { sequences limitedBy estimate { total { bytes } } }",
  );
  const { sequences, limitedBy, estimate } = maxConcurrency;
  expect(limitedBy).toBe("MEMORY");
  expect(sequences).toBeGreaterThan(4);
  const at = (count: number) =>
    total("llama-3.1-8b", `quant: Q4_K_M, ctx: ${4096 * count}, batch: ${count}`);
  expect(await at(sequences)).toBe(estimate.total.bytes);
  expect(estimate.total.bytes).toBeLessThanOrEqual(24 * GIB);
  expect(await at(sequences + 1)).toBeGreaterThan(24 * GIB);
});

it("the best quantization is the largest that fits, of those that the engine loads", async () => {
  const { best, among, tight, none, served } = await model(
    "llama-3.1-8b",
    `best: bestQuant(on: { device: "nvidia-geforce-rtx-3090-24gb" }, ctx: 8192) { quantization { name } }
     among: bestQuant(on: { memoryGib: 24 }, ctx: 8192, among: [Q4_K_M, Q2_K]) { quantization { name } }
     tight: bestQuant(on: { memoryGib: 8 }, ctx: 8192) { quantization { name } }
     none: bestQuant(on: { memoryGib: 1 }, ctx: 8192) { quantization { name } }
     served: bestQuant(on: { memoryGib: 16 }, ctx: 8192, engine: VLLM) { quantization { name container } engine }`,
  );
  expect(best.quantization.name).toBe("F16");
  expect(among.quantization.name).toBe("Q4_K_M");
  // Q5_1 would fit as well; it is larger than Q5_K_M, and worse.
  expect(tight.quantization.name).toBe("Q5_K_M");
  expect(none).toBeNull();
  expect(served.quantization.container).toBe("CHECKPOINT");
  expect(served.engine).toMatch(/^vllm/);
});

describe("the GPU finder", () => {
  const devices = async (args: string) =>
    (
      await model(
        "llama-3.1-8b",
        `contextLength devices(${args}, first: 100, filter: { vendors: ["NVIDIA"] }) {
          count device { slug memoryBandwidthGBps } headroom { bytes }
          longestContext { tokens limitedBy }
          speed { decodeTokensPerSecond { low central high } bound }
        }`,
      )
    ).devices;

  it("says the longest context and the speed of every match", async () => {
    const matches = await devices("quant: Q4_K_M, ctx: 8192");
    for (const { device, longestContext, speed } of matches) {
      expect(longestContext.tokens, device.slug).toBeGreaterThanOrEqual(8192);
      expect(speed === null, device.slug).toBe(device.memoryBandwidthGBps === null);
      if (!speed) continue;
      const { low, central, high } = speed.decodeTokensPerSecond;
      expect(low).toBeLessThan(central);
      expect(central).toBeLessThan(high);
    }
    // 4.9 GB of weights and a GiB of cache at 1,008 GB/s: at most 170 tokens a second.
    const fast = matches.find(
      (one: { device: { slug: string } }) => one.device.slug === "nvidia-geforce-rtx-4090-24gb",
    );
    expect(fast.speed.decodeTokensPerSecond.high).toBeLessThan(175);
    expect(fast.speed.decodeTokensPerSecond.low).toBeGreaterThan(60);
  });

  it("does not promise more speed from several devices that work in turn", async () => {
    const speeds = async (engine: string) => {
      const matches = await devices(`quant: F16, ctx: 131072, engine: ${engine}`);
      return matches.find((one: { count: number; speed: object }) => one.count > 1 && one.speed);
    };
    const inTurn = await speeds("LLAMA_CPP");
    const together = await speeds("VLLM");
    const perDevice = (match: typeof inTurn) =>
      match.speed.decodeTokensPerSecond.central / match.device.memoryBandwidthGBps;
    expect(perDevice(together)).toBeGreaterThan(1.3 * perDevice(inTurn));
  });

  it("answers for one device what it lists", async () => {
    const [first] = await devices("quant: Q4_K_M, ctx: 8192");
    const { onDevice, tooMuch } = await model(
      "llama-3.1-8b",
      `onDevice(device: "${first.device.slug}", quant: Q4_K_M, ctx: 8192) { count headroom { bytes } }
       tooMuch: onDevice(device: "${first.device.slug}", quant: F32, ctx: 10000000) { count }`,
    );
    expect(onDevice).toEqual({ count: first.count, headroom: first.headroom });
    expect(tooMuch).toBeNull();
  });
});

it("a device lists the models that it carries, as the filter of models does", async () => {
  const args = "quant: Q4_K_M, ctx: 8192";
  const { device, models } = await catalog.ask(`{
    device(slug: "nvidia-geforce-rtx-4090-24gb") {
      models(${args}, orderBy: { field: PARAMETERS }, filter: { architecture: MOE }) {
        totalCount
        nodes { slug onDevice(device: "nvidia-geforce-rtx-4090-24gb", ${args}) { count } }
      }
    }
    models(
      orderBy: { field: PARAMETERS }
      filter: { architecture: MOE, fits: { device: "nvidia-geforce-rtx-4090-24gb", ${args} } }
    ) { totalCount nodes { slug onDevice(device: "nvidia-geforce-rtx-4090-24gb", ${args}) { count } } }
  }`);
  expect(device.models).toEqual(models);
  expect(models.totalCount).toBeGreaterThan(0);
  for (const { onDevice } of models.nodes) expect(onDevice.count).toBe(1);
});

describe("a placement", () => {
  const placed = async (slug: string, args: string) =>
    await model(
      slug,
      `layers vram(quant: Q4_K_M, ctx: 8192, overhead: 0) { weights { bytes } kvCache { bytes } }
         placement(quant: Q4_K_M, ctx: 8192, ${args}) {
           mode fits offloadedLayers host { bytes } shortfall { bytes }
           devices { name firstLayer endLayer weights { bytes } cache { bytes } total { bytes } headroom { bytes } }
         }`,
    );

  it("gives unequal devices layers by their memory, every layer once", async () => {
    const { layers, vram, placement } = await placed(
      "gemma-3-27b-it",
      `devices: [{ device: "nvidia-geforce-rtx-4090-24gb" }, { device: "nvidia-geforce-rtx-3060-12gb" }]`,
    );
    expect(placement).toMatchObject({ mode: "LAYER_SPLIT", fits: true, shortfall: null });
    const [large, small] = placement.devices;
    expect([large.firstLayer, large.endLayer]).toEqual([0, small.firstLayer]);
    expect(small.endLayer).toBe(layers);
    expect(large.endLayer).toBeGreaterThan(small.endLayer - small.firstLayer);
    const weights = large.weights.bytes + small.weights.bytes;
    expect(Math.abs(weights - vram.weights.bytes) / weights).toBeLessThan(0.001);
    const cache = large.cache.bytes + small.cache.bytes;
    expect(Math.abs(cache - vram.kvCache.bytes) / cache).toBeLessThan(0.001);
  });

  it("moves experts to the computer's memory, or says what is missing", async () => {
    const card = 'devices: [{ device: "nvidia-geforce-rtx-3060-12gb" }]';
    const { placement } = await placed("qwen3.5-35b-a3b", card);
    expect(placement.fits).toBe(false);
    expect(placement.shortfall.bytes).toBeGreaterThan(0);
    const offloaded = await placed(
      "qwen3.5-35b-a3b",
      `${card}, mode: EXPERT_OFFLOAD, hostMemoryGib: 64`,
    );
    expect(offloaded.placement).toMatchObject({ fits: true, shortfall: null });
    expect(offloaded.placement.offloadedLayers).toBeGreaterThan(0);
    expect(offloaded.placement.host.bytes).toBeGreaterThan(GIB);
  });

  it("is null for a model whose layers are unknown", async () => {
    const { placement } = await placed(
      "c4ai-command-r-plus",
      'devices: [{ device: "nvidia-geforce-rtx-3060-12gb" }]',
    );
    expect(placement).toBeNull();
  });
});

describe("several devices", () => {
  it("fit what their memory holds together, less a driver's part for each", async () => {
    const slugs = async (fits: string) => {
      const { models } = await catalog.ask(
        `{ models(first: 100, filter: { fits: { ${fits}, quant: Q4_K_M, ctx: 8192 } }) { nodes { slug } } }`,
      );
      return models.nodes.map(({ slug }: { slug: string }) => slug);
    };
    const one = await slugs('device: "nvidia-geforce-rtx-3090-24gb"');
    const two = await slugs('devices: [{ device: "nvidia-geforce-rtx-3090-24gb", count: 2 }]');
    expect(two).toEqual(expect.arrayContaining(one));
    expect(two.length).toBeGreaterThan(one.length);
    expect(two).toEqual(await slugs(`memoryGib: ${48 - 450 / 1024}`));
  });
});
