/** The filter "fits my hardware": a budget of memory, and the settings the model is to run under. */
import { lte, type SQL } from "drizzle-orm";
import { usableMemoryBytes } from "../db/devices.ts";
import { memoryBytes } from "../db/fits.ts";
import type { models } from "../db/tables.ts";
import { GIB } from "../estimator/index.ts";
import { builder } from "./builder.ts";
import { deviceOf } from "./device.ts";
import { cacheTypeOf, settingsFields, settingsOf } from "./estimate-settings.ts";
import { badInput, checkRange } from "./input-errors.ts";

export const FitsInput = builder.inputType("FitsInput", {
  description: "Hardware and settings that a model has to fit; give `memoryGib` or `device`.",
  fields: (t) => ({
    memoryGib: t.float({
      description: "Memory that can be allocated, in GiB: 24 for a graphics card of 24 GB.",
    }),
    device: t.string({ description: "Slug of a device, as `devices` lists them." }),
    ...settingsFields(t),
  }),
});

type Fits = typeof FitsInput.$inferInput;

/** True for the models of `table` whose estimate is within the budget. */
export function fitsCondition(table: typeof models, fits: Fits): SQL {
  settingsOf(fits, "filter.fits.");
  const need = memoryBytes(table.memoryProfile, {
    quant: fits.quant,
    contextTokens: fits.ctx,
    sequences: fits.batch,
    cacheType: cacheTypeOf(fits.cacheType),
    overheadFraction: fits.overhead,
  });
  return lte(need, budget(fits));
}

function budget({ memoryGib, device }: Fits): number {
  if ((memoryGib == null) === (device == null)) {
    const allowed = 'given when "device" is not, and left out when it is';
    throw badInput("filter.fits.memoryGib", memoryGib, allowed);
  }
  if (device != null) return usableMemoryBytes(deviceOf("filter.fits.device", device));
  checkRange("filter.fits.memoryGib", memoryGib, 0, 1e6);
  return (memoryGib ?? 0) * GIB;
}
