/** Keys of a GGUF header, read with their types checked: the header is untrusted like any upstream. */
import { PlimsollError } from "../../../errors.ts";

export type GgufMetadata = Record<string, unknown>;

/** Looks keys up with or without the `<architecture>.` prefix. */
export class GgufReader {
  readonly #metadata: GgufMetadata;
  readonly architecture: string;

  constructor(metadata: GgufMetadata, architecture: string) {
    this.#metadata = metadata;
    this.architecture = architecture;
  }

  raw(key: string): unknown {
    return this.#metadata[`${this.architecture}.${key}`] ?? this.#metadata[key];
  }

  /** A whole number; an array is read at `layer`. */
  number(key: string, fallback: number, layer = 0): number {
    const raw = this.raw(key);
    const value = Array.isArray(raw) ? (raw[layer] as unknown) : raw;
    if (value === undefined || value === null) return fallback;
    const number = typeof value === "bigint" || typeof value === "boolean" ? Number(value) : value;
    if (typeof number !== "number" || !Number.isInteger(number) || number < 0 || number > 1e12) {
      throw new PlimsollError(
        "INVALID_CONFIG",
        `${key} is ${String(value)}, not a usable number.`,
        {
          details: { field: key },
        },
      );
    }
    return number;
  }

  required(key: string): number {
    if (this.raw(key) === undefined) {
      throw new PlimsollError("INVALID_CONFIG", `The GGUF header does not say ${key}.`, {
        details: { field: key, missing: true },
      });
    }
    return this.number(key, 0);
  }

  has(key: string): boolean {
    return this.raw(key) !== undefined;
  }

  list(key: string): number[] | null {
    const raw = this.raw(key);
    return Array.isArray(raw) ? raw.map(Number) : null;
  }
}
