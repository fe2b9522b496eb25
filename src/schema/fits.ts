/** The filter "fits my hardware": a budget of memory, and the settings the model is to run under. */
import { type SQL, sql } from "drizzle-orm";
import { engineBytes } from "../db/engine-fits.ts";
import { type FitSettings, fitsIn, memoryBytes } from "../db/fits.ts";
import type { models } from "../db/tables.ts";
import { isQuantization } from "../estimator/index.ts";
import { builder } from "./builder.ts";
import { cacheTypeOf, engineField, settingsFields, settingsOf } from "./estimate-settings.ts";
import { budgetBytes, DeviceCountInput } from "./hardware.ts";
import { badInput } from "./input-errors.ts";

export const FitsInput = builder.inputType("FitsInput", {
  description:
    "Hardware and settings that a model has to fit; give `memoryGib`, `device` or `devices`. What fits by the rules of llama.cpp is found in an index, which other engines cannot use.",
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
    engine: engineField(t),
  }),
});

type Fits = typeof FitsInput.$inferInput;

/** A filter, as far as it asks for what fits. */
export type FitsFilter = { fits?: Fits | null } | null | undefined;

/** The settings and the budget in bytes; throws `BAD_USER_INPUT` naming what cannot be. */
function anyFitsOf(fits: Fits): { settings: FitSettings; budgetBytes: number } {
  settingsOf(fits, "filter.fits.");
  const settings = {
    quant: fits.quant,
    contextTokens: fits.ctx,
    sequences: fits.batch,
    cacheType: cacheTypeOf(fits.cacheType),
    overheadFraction: fits.overhead,
  };
  return { settings, budgetBytes: budgetBytes(fits, "filter.fits.") };
}

/** The same by the rules of llama.cpp, which alone stand in an index and in the log. */
export function fitsOf(fits: Fits): { settings: FitSettings; budgetBytes: number } {
  if (fits.engine !== "llama.cpp") {
    throw badInput("filter.fits.engine", fits.engine, "LLAMA_CPP here, whose rules are kept");
  }
  if (!isQuantization(fits.quant)) {
    throw badInput("filter.fits.quant", fits.quant, "a format of GGUF files");
  }
  return anyFitsOf(fits);
}

/** True for the models of `table` whose estimate is within the budget. */
export function fitsCondition(table: typeof models, fits: Fits): SQL {
  if (fits.engine === "llama.cpp") {
    const { settings, budgetBytes } = fitsOf(fits);
    return fitsIn(table.fit, settings, budgetBytes);
  }
  const { settings, budgetBytes } = anyFitsOf(fits);
  return sql`${engineBytes(table.memoryProfile, settings, fits.engine)} <= ${budgetBytes}::float8`;
}

/** Bytes that a model takes under the settings, in SQL; null where that is not known. */
export function fitBytes(table: typeof models, fits: Fits): SQL<number | null> {
  if (fits.engine === "llama.cpp") return memoryBytes(table.fit, fitsOf(fits).settings);
  return engineBytes(table.memoryProfile, anyFitsOf(fits).settings, fits.engine);
}
