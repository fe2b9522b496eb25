/** Models laid out over devices, and how fast they would run there. */
import { describe, expect, it } from "vitest";
import {
  compile,
  estimateSpeed,
  evaluate,
  GIB,
  paretoSet,
  place,
  remedies,
  smallestDeviceCount,
} from "../../src/estimator/index.ts";
import * as models from "./models.ts";

const settings = { quant: "Q4_K_M", contextTokens: 8192 };
const card = (gib: number) => ({ name: `${gib} GB`, memoryBytes: gib * GIB });

describe("layer split", () => {
  it("puts all layers on one card that is large enough", () => {
    const placed = place(models.LLAMA_8B, settings, { devices: [card(24)], mode: "LAYER_SPLIT" });
    expect(placed.fits).toBe(true);
    const [device] = placed.devices;
    expect(device!.endLayer - device!.firstLayer).toBe(32);
    const whole = evaluate(compile(models.LLAMA_8B), settings);
    expect(Math.abs(device!.totalBytes - whole.totalBytes)).toBeLessThan(64);
  });

  it("divides layers by free memory, none twice and none forgotten", () => {
    const devices = [card(24), card(48)];
    const placed = place(models.LLAMA_70B, settings, { devices, mode: "LAYER_SPLIT" });
    expect(placed.fits).toBe(true);
    expect(placed.devices[0]!.endLayer).toBe(placed.devices[1]!.firstLayer);
    expect(placed.devices[1]!.endLayer).toBe(80);
    expect(placed.devices[1]!.weightsBytes).toBeGreaterThan(placed.devices[0]!.weightsBytes);
  });

  it("counts the cards a model needs", () => {
    expect(smallestDeviceCount(models.LLAMA_8B, settings, card(24))).toBe(1);
    expect(smallestDeviceCount(models.LLAMA_70B, settings, card(24))).toBe(2);
    expect(smallestDeviceCount(models.DEEPSEEK_V3, settings, card(80))).toBe(5);
  });
});

describe("offload", () => {
  it("moves whole layers to the host until the rest fits", () => {
    const input = { devices: [card(24)], mode: "OFFLOAD", hostBytes: 64 * GIB } as const;
    const placed = place(models.LLAMA_70B, settings, input);
    expect(placed.fits).toBe(true);
    expect(placed.offloadedLayers).toBeGreaterThan(30);
    expect(placed.devices[0]!.headroomBytes).toBeGreaterThanOrEqual(0);
  });

  it("moves experts alone, which leaves the cache on the card", () => {
    const input = { devices: [card(24)], mode: "EXPERT_OFFLOAD", hostBytes: 512 * GIB } as const;
    const placed = place(models.DEEPSEEK_V3, settings, input);
    expect(placed.fits).toBe(true);
    expect(placed.devices[0]!.endLayer).toBe(61);
    expect(placed.hostBytes).toBeGreaterThan(300 * GIB);
  });

  it("says by how much a model is too large", () => {
    const placed = place(models.LLAMA_70B, settings, { devices: [card(24)], mode: "LAYER_SPLIT" });
    expect(placed.fits).toBe(false);
    expect(placed.shortfallBytes).toBeGreaterThan(15 * GIB);
    const needed = evaluate(compile(models.LLAMA_70B), settings).totalBytes;
    const help = remedies(compile(models.LLAMA_70B), settings, 24 * GIB, needed);
    expect(help).toMatchObject({ contextTokens: 0, cacheType: null });
    expect(help.quant).toMatch(/^IQ[12]/);
  });
});

describe("speed", () => {
  const profile = compile(models.LLAMA_8B);
  const device = { memoryBandwidth: 1008e9, computeFlops: 165e12 };

  it("is bound by bandwidth for one sequence, and the interval holds the centre", () => {
    const speed = estimateSpeed(profile, settings, device);
    expect(speed.bound).toBe("MEMORY");
    const { low, central, high } = speed.decodeTokensPerSecond;
    expect(low).toBeLessThan(central);
    expect(central).toBeLessThan(high);
    expect(central).toBeGreaterThan(60);
    expect(central).toBeLessThan(180);
  });

  it("reads only the experts that a token visits", () => {
    const moe = estimateSpeed(compile(models.MIXTRAL_8X7B), settings, device);
    expect(moe.activeWeightBytes).toBeLessThan(0.35 * 28e9);
  });

  it("slows down as the cache grows", () => {
    const at = (contextTokens: number) =>
      estimateSpeed(profile, { ...settings, contextTokens }, device).decodeTokensPerSecond.central;
    expect(at(131_072)).toBeLessThan(at(4096) / 2);
  });
});

it("the Pareto set holds no point that another one beats", () => {
  const points = paretoSet(compile(models.LLAMA_8B), {}, 12 * GIB);
  expect(points.length).toBeGreaterThan(3);
  for (const point of points) expect(point.estimate.totalBytes).toBeLessThanOrEqual(12 * GIB);
  const best = points.filter((point) => point.quant === "Q8_0" && point.cacheType === "f16");
  expect(best.length).toBeLessThanOrEqual(1);
});
