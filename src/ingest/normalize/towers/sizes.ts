/** Reads numbers of a tower's section; a missing one means that the tower cannot be counted. */
import { isRecord, type Json } from "../reader.ts";

export class Uncountable extends Error {}

export class Sizes {
  readonly #section: Json;

  constructor(section: Json) {
    this.#section = section;
  }

  /** The first usable number under the keys; throws `Uncountable` when there is none and no default. */
  number(keys: string, otherwise?: number): number {
    for (const key of keys.split(" ")) {
      const stated = Object.hasOwn(this.#section, key) ? this.#section[key] : undefined;
      // Heights and widths of pictures come in pairs.
      const value: unknown = Array.isArray(stated) ? stated[0] : stated;
      if (typeof value === "number" && Number.isFinite(value) && value > 0 && value < 1e7)
        return value;
    }
    if (otherwise !== undefined) return otherwise;
    throw new Uncountable(keys);
  }

  /** How many entries a list has; 0 without one. */
  entries(key: string): number {
    const value = this.#section[key];
    return Array.isArray(value) ? value.length : 0;
  }

  flag(key: string, otherwise: boolean): boolean {
    const value = this.#section[key];
    return typeof value === "boolean" ? value : otherwise;
  }

  text(key: string): string | null {
    const value = this.#section[key];
    return typeof value === "string" ? value : null;
  }

  section(key: string): Sizes | null {
    const value = this.#section[key];
    return isRecord(value) ? new Sizes(value) : null;
  }
}
