/** Parts of a layer that its class adds as plain matrices and vectors, sized by names and keys. */
import type { ExtraTensor, FeedForward, Mixer } from "../../../estimator/architecture.ts";
import type { ClassTraits, ExtraRow } from "../classes/types.ts";
import type { LayerPlace } from "../mixers/attention.ts";
import { missing } from "../problems.ts";
import type { ConfigReader } from "../reader.ts";

export function readExtraTensors(
  reader: ConfigReader,
  traits: ClassTraits,
  place: LayerPlace,
  layer: { mixer: Mixer; feedForward: FeedForward },
): { extras?: ExtraTensor[] } {
  const extras = traits.extras
    .filter((row) => applies(reader, row, layer))
    .map(({ columns, rows = [1] }) => ({
      columns: product(reader, place, columns),
      rows: product(reader, place, rows),
    }));
  return extras.length === 0 ? {} : { extras };
}

function applies(
  reader: ConfigReader,
  row: ExtraRow,
  { mixer, feedForward }: { mixer: Mixer; feedForward: FeedForward },
): boolean {
  if (row.on === "experts" && feedForward.kind !== "moe") return false;
  if (row.on === "attention" && !["attention", "latent"].includes(mixer.kind)) return false;
  return row.onlyIf === undefined || reader.flag(row.onlyIf, "further parts of a layer");
}

function product(
  reader: ConfigReader,
  place: LayerPlace,
  factors: readonly (string | number)[],
): number {
  return factors.reduce<number>((size, factor) => size * sizeOf(reader, place, factor), 1);
}

function sizeOf(reader: ConfigReader, place: LayerPlace, factor: string | number): number {
  if (typeof factor === "number") return factor;
  if (factor === "hidden") return place.hidden;
  if (factor === "heads") return reader.required("heads");
  const value = reader.real([factor], "size of a part of a layer");
  if (value === null || !Number.isInteger(value)) {
    throw missing(factor, `The config does not say ${factor}.`);
  }
  return value;
}
