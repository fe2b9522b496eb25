/** Speed as an answer: a roofline with the interval that real programs fall into. */
import type { Device as DeviceRow } from "../db/devices.ts";
import {
  estimateSpeed,
  type Interval,
  type MemoryProfile,
  type SpeedEstimate,
} from "../estimator/index.ts";
import { builder } from "./builder.ts";
import { described } from "./enums.ts";
import { type SettingsInput, settingsOf } from "./estimate-settings.ts";
import { refusalsAsBadInput } from "./input-errors.ts";

const IntervalType = builder.objectRef<Interval>("Interval").implement({
  description: "A figure with the ends between which it is expected.",
  fields: (t) => ({
    low: t.exposeFloat("low", { description: "Low end." }),
    central: t.exposeFloat("central", { description: "Best guess." }),
    high: t.exposeFloat("high", { description: "High end." }),
  }),
});

const BoundEnum = builder.enumType("SpeedBound", {
  description: "What bounds the speed of writing.",
  values: described<SpeedEstimate["bound"]>({
    MEMORY: "The memory's bandwidth.",
    COMPUTE: "The processor's throughput.",
  }),
});

export const Speed = builder.objectRef<SpeedEstimate>("SpeedEstimate").implement({
  description:
    "How fast a model runs, from bandwidth, throughput and the bytes of a token; not measured.",
  fields: (t) => ({
    decodeTokensPerSecond: t.field({
      type: IntervalType,
      description: "Tokens a second that one sequence is written at.",
      resolve: (speed) => speed.decodeTokensPerSecond,
    }),
    aggregateTokensPerSecond: t.field({
      type: IntervalType,
      description: "Tokens a second of all sequences together.",
      resolve: (speed) => speed.aggregateTokensPerSecond,
    }),
    prefillTokensPerSecond: t.field({
      type: IntervalType,
      nullable: true,
      description:
        "Tokens a second that a prompt is read at; null without a figure of the device's throughput.",
      resolve: (speed) => speed.prefillTokensPerSecond,
    }),
    bound: t.field({
      type: BoundEnum,
      description: "What bounds the writing.",
      resolve: ({ bound }) => bound,
    }),
  }),
});

/**
 * The speed on some of one device; null when its bandwidth is unknown. llama.cpp gives each device
 * some layers, which work one after another; other engines let all work on every layer.
 */
export function speedOn(
  profile: MemoryProfile,
  input: SettingsInput,
  device: DeviceRow,
  count: number,
): SpeedEstimate | null {
  const { memoryBandwidthGBps, tensorTflopsBf16 } = device;
  if (memoryBandwidthGBps === null) return null;
  const settings = settingsOf(input);
  return refusalsAsBadInput(() =>
    estimateSpeed(profile, settings, {
      memoryBandwidth: memoryBandwidthGBps * 1e9,
      computeFlops: tensorTflopsBf16 === null ? null : tensorTflopsBf16 * 1e12,
      count: settings.engine === "llama.cpp" ? 1 : count,
    }),
  );
}
