/** The filter "fits my hardware": a budget of memory, and the settings the model is to run under. */
import type { SQL } from "drizzle-orm";
import { type FitSettings, fitsIn } from "../db/fits.ts";
import type { models } from "../db/tables.ts";
import { isQuantization } from "../estimator/index.ts";
import { builder } from "./builder.ts";
import { cacheTypeOf, settingsFields, settingsOf } from "./estimate-settings.ts";
import { budgetBytes, DeviceCountInput } from "./hardware.ts";
import { badInput } from "./input-errors.ts";

export const FitsInput = builder.inputType("FitsInput", {
  description:
    "Hardware and settings that a model has to fit, by llama.cpp's rules; give `memoryGib`, `device` or `devices`.",
  fields: (t) => ({
    memoryGib: t.float({
      description: "Memory that can be allocated, in GiB: 24 for a graphics card of 24 GB.",
    }),
    device: t.string({ description: "Slug of a device, as `devices` lists them." }),
    devices: t.field({
      type: [DeviceCountInput],
      description:
        "Several devices in one machine, which share the layers; the driver takes its part on each.",
    }),
    ...settingsFields(t),
  }),
});

type Fits = typeof FitsInput.$inferInput;

/** A filter, as far as it asks for what fits. */
export type FitsFilter = { fits?: Fits | null } | null | undefined;

/** The settings and the budget in bytes; throws `BAD_USER_INPUT` naming what cannot be. */
export function fitsOf(fits: Fits): { settings: FitSettings; budgetBytes: number } {
  settingsOf(fits, "filter.fits.");
  if (!isQuantization(fits.quant)) {
    throw badInput("filter.fits.quant", fits.quant, "a format of GGUF files");
  }
  const settings = {
    quant: fits.quant,
    contextTokens: fits.ctx,
    sequences: fits.batch,
    cacheType: cacheTypeOf(fits.cacheType),
    overheadFraction: fits.overhead,
  };
  return { settings, budgetBytes: budgetBytes(fits, "filter.fits.") };
}

/** True for the models of `table` whose estimate is within the budget. */
export function fitsCondition(table: typeof models, fits: Fits): SQL {
  const { settings, budgetBytes } = fitsOf(fits);
  return fitsIn(table.fit, settings, budgetBytes);
}
