/**
 * Compares our hardware tables with another list of accelerators and says where they disagree in
 * bandwidth, throughput or usable memory. It decides nothing: a person reads the lines and looks
 * into data sheets.
 */
import * as z from "zod";
import type { DeviceSpec } from "./specs.ts";

const listSchema = z.object({
  devices: z.array(
    z.object({
      name: z.string(),
      bandwidth_gbs: z.number().optional(),
      bf16_dense_tensor_tflops: z.number().optional(),
    }),
  ),
});

const differs = (ours: number | null | undefined, theirs: number | undefined) =>
  typeof ours === "number" && theirs !== undefined && Math.abs(ours / theirs - 1) > 0.02;

/** One line per figure that differs by more than 2%. */
export function compareWithList(vendors: Record<string, DeviceSpec[]>, json: string): string[] {
  const theirs = listSchema.parse(JSON.parse(json)).devices;
  return Object.values(vendors).flatMap((specs) =>
    specs.flatMap((spec) => {
      const names = [spec.sku, spec.name, spec.name.replace(/^(GeForce|Radeon|Instinct) /, "")];
      const other = theirs.find(({ name }) => names.includes(name));
      const rates = Object.values(spec.memory);
      const lines: string[] = [];
      if (rates.length > 0 && rates.every((rate) => differs(rate, other?.bandwidth_gbs))) {
        lines.push(`${spec.name}: ${rates.join("/")} GB/s here, ${other?.bandwidth_gbs} there`);
      }
      if (differs(spec.bf16, other?.bf16_dense_tensor_tflops)) {
        lines.push(
          `${spec.name}: ${spec.bf16} TFLOPS here, ${other?.bf16_dense_tensor_tflops} there`,
        );
      }
      return lines;
    }),
  );
}
