/**
 * Units of size and the two roundings that memory arithmetic needs. GiB is 2^30 bytes and GB is 10^9
 * bytes; a name always says which. A graphics card sold as "24 GB" holds 24 GiB, and a server's "512
 * GB" of RAM holds 512 GiB; only disks and downloads are sold in powers of ten.
 */
export const KIB = 1024;
export const MIB = 1024 ** 2;
export const GIB = 1024 ** 3;
export const GB = 1e9;

/** The smallest multiple of `step` that is not below `value`. */
export function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}

/** Bytes as GiB (2^30), unrounded. */
export function toGiB(bytes: number): number {
  return bytes / GIB;
}

/** Bytes as decimal GB (10^9), unrounded. */
export function toGB(bytes: number): number {
  return bytes / GB;
}

/** A size for people: `4.58 GiB`, `512 MiB`, `96 B`. Always binary units, always with the unit. */
export function formatBytes(bytes: number): string {
  const [divisor, unit] =
    bytes >= GIB
      ? [GIB, "GiB"]
      : bytes >= MIB
        ? [MIB, "MiB"]
        : bytes >= KIB
          ? [KIB, "KiB"]
          : [1, "B"];
  const value = bytes / divisor;
  const digits = divisor === 1 ? 0 : value >= 100 ? 1 : 2;
  return `${value.toFixed(digits)} ${unit}`;
}
