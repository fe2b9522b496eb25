/**
 * Looks values up in a config and remembers where each was found. Four layers are searched in order:
 * the section that describes the text model, the top level, what the model class implies when a file
 * leaves a key out, and what the library's configuration class sets for silent nested sections. Every number passes a bound; a value of the wrong type or size is an error
 * with the key in it, never a silent default.
 */
import type { FactName, FactOrigin } from "../../db/facts.ts";
import { ALIASES, type Canonical, FACT_OF, USUAL_KEY } from "./aliases.ts";
import { hostile, invalid, missing, show } from "./problems.ts";
import type { UsedKey } from "./types.ts";

export type Json = Record<string, unknown>;

/** A yes or no that a class fixes, or that a config key decides (`not`: by its opposite). */
export type Flag =
  | boolean
  | string
  | { key: string; otherwise: boolean }
  | { not: string; otherwise: boolean };

/** A value and the full name of the key it came from. */
export interface Found {
  value: unknown;
  key: string;
  basis: FactOrigin["basis"];
}

interface Layer {
  values: Json;
  prefix: string;
  basis: FactOrigin["basis"];
}

export function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function own(values: Json, key: string): unknown {
  return Object.hasOwn(values, key) ? values[key] : undefined;
}

/** The value under a dotted key, or undefined. */
function at(values: Json, path: string): unknown {
  // Nearly all have no dot, and this is asked for every layer.
  if (!path.includes(".")) return own(values, path);
  let value: unknown = values;
  for (const key of path.split(".")) {
    if (!isRecord(value)) return undefined;
    value = own(value, key);
  }
  return value;
}

export class ConfigReader {
  /** Full keys that had a part in the reading, with what each was read as. */
  readonly used = new Map<string, UsedKey>();
  readonly origins: Partial<Record<FactName, FactOrigin>> = {};
  readonly #layers: Layer[];
  /** What was found, as every layer of a model asks for the same. */
  readonly #named = new Map<Canonical, Found | null>();

  constructor(
    section: Json,
    sectionPath: string,
    top: Json,
    defaults: Json,
    libraryDefaults: Json = {},
  ) {
    const prefix = sectionPath === "" ? "" : `${sectionPath}.`;
    this.#layers = [{ values: section, prefix, basis: "stated" }];
    if (section !== top) this.#layers.push({ values: top, prefix: "", basis: "stated" });
    this.#layers.push({ values: defaults, prefix: "", basis: "class-default" });
    // A key that the section sets to null is not silent.
    const silent = Object.entries(libraryDefaults).filter(([key]) => !Object.hasOwn(section, key));
    const values = Object.fromEntries(silent);
    this.#layers.push({ values, prefix: "", basis: "class-default" });
  }

  /** The first value under one of the keys that is not null or `auto`; a stated key beats a default. */
  find(keys: readonly string[], became: string): Found | null {
    for (const layer of this.#layers) {
      for (const key of keys) {
        const value = at(layer.values, key);
        if (value === undefined || value === null || value === "auto") continue;
        const found = { value, key: layer.prefix + key, basis: layer.basis };
        if (layer.basis === "stated") this.#use(found.key, value, became);
        return found;
      }
    }
    return null;
  }

  /** True when the file itself says `null` under this key and no layer above a default says more. */
  statesNull(key: string): boolean {
    for (const layer of this.#layers) {
      if (layer.basis !== "stated") return false;
      const value = at(layer.values, key);
      if (value === null) {
        this.#use(layer.prefix + key, null, "none");
        return true;
      }
      if (value !== undefined) return false;
    }
    return false;
  }

  /** A whole number inside the bounds of its name, or null when nothing states it. */
  number(name: Canonical): number | null {
    const found = this.#findNamed(name);
    if (found === null) return null;
    return this.#scalar(name, found);
  }

  /** Like `number`, and an error naming the usual key when nothing states it. */
  required(name: Canonical): number {
    const value = this.number(name);
    if (value !== null) return value;
    const key = USUAL_KEY[name] ?? ALIASES[name].keys[0] ?? name;
    throw missing(key, `The config does not say ${key}, and its class implies none.`);
  }

  /** A number that may differ from layer to layer: a list is read by index, a scalar holds for all. */
  perLayer(name: Canonical, layer: number): number | null {
    const found = this.#findNamed(name);
    if (found === null) return null;
    if (!Array.isArray(found.value)) return this.#scalar(name, found);
    const value: unknown = found.value[layer];
    if (value === undefined) {
      throw invalid(
        found.key,
        `${found.key} has ${found.value.length} entries, but there is a layer ${layer}.`,
      );
    }
    return this.#bounded(name, { ...found, value });
  }

  /** The list under one of the keys, or null; something else than a list is null too. */
  list(keys: readonly string[], became: string): { values: unknown[]; key: string } | null {
    const found = this.find(keys, became);
    return found !== null && Array.isArray(found.value)
      ? { values: found.value, key: found.key }
      : null;
  }

  string(keys: readonly string[], became: string): string | null {
    const found = this.find(keys, became);
    return found !== null && typeof found.value === "string" ? found.value : null;
  }

  /** A fraction or factor: any finite number from 0 to 10^12, or null. */
  real(keys: readonly string[], became: string): number | null {
    const found = this.find(keys, became);
    if (found === null || typeof found.value === "boolean") return null;
    const value = typeof found.value === "string" ? Number(found.value) : found.value;
    if (typeof value !== "number" || !Number.isFinite(value) || value < 0 || value > 1e12) {
      throw hostile(
        found.key,
        `${found.key} is ${show(found.value)}, which is not a usable number.`,
      );
    }
    return value;
  }

  flag(flag: Flag, became = "flag"): boolean {
    if (typeof flag === "boolean") return flag;
    if (typeof flag === "string") return this.flag({ key: flag, otherwise: false }, became);
    const found = this.find(["key" in flag ? flag.key : flag.not], became);
    if (found === null) return flag.otherwise;
    return toBoolean(found) === "key" in flag;
  }

  usedKeys(): UsedKey[] {
    return [...this.used.values()];
  }

  #findNamed(name: Canonical): Found | null {
    const known = this.#named.get(name);
    if (known !== undefined) return known;
    const any = this.find(ALIASES[name].keys, name);
    const found = any === null || isNone(name, any.value) ? null : any;
    const fact = FACT_OF[name];
    if (found && fact !== undefined && this.origins[fact] === undefined) this.credit(fact, found);
    this.#named.set(name, found);
    return found;
  }

  #use(key: string, value: unknown, became: string): void {
    if (!this.used.has(key)) this.used.set(key, { key, value, became });
  }

  /** Says which key a fact came from. */
  credit(fact: FactName, found: Found): void {
    this.origins[fact] = { file: "config.json", key: found.key, basis: found.basis };
  }

  #scalar(name: Canonical, found: Found): number {
    if (!Array.isArray(found.value)) return this.#bounded(name, found);
    const [first] = found.value;
    if (found.value.length > 0 && found.value.every((value) => value === first)) {
      return this.#bounded(name, { ...found, value: first });
    }
    throw invalid(
      found.key,
      `${found.key} differs from layer to layer where one number is needed.`,
    );
  }

  #bounded(name: Canonical, found: Found): number {
    const { min, max } = ALIASES[name];
    const text = typeof found.value === "string" && /^\d{1,15}$/.test(found.value);
    const value = text ? Number(found.value) : found.value;
    if (typeof value !== "number" || !Number.isFinite(value)) {
      throw hostile(found.key, `${found.key} is ${show(found.value)}, where a number is needed.`);
    }
    if (!Number.isInteger(value) || value < min || value > max) {
      throw hostile(
        found.key,
        `${found.key} is ${show(value)}; a whole number from ${min} to ${max} is needed.`,
      );
    }
    return value;
  }
}

/** What every model has; for anything else a zero says that the model has none of it. */
const NEVER_ZERO: ReadonlySet<string> = new Set(["layers", "hidden", "heads", "vocab", "context"]);

function isNone(name: Canonical, value: unknown): boolean {
  return value === 0 && ALIASES[name].min > 0 && !NEVER_ZERO.has(name);
}

/** `true`, or one of the spellings of it that editing tools leave behind (`"False"`, 1). */
function toBoolean(found: Found): boolean {
  const { value } = found;
  if (typeof value === "boolean") return value;
  if (value === 0 || value === 1) return value === 1;
  if (typeof value === "string" && /^(true|false)$/i.test(value)) return /^t/i.test(value);
  throw hostile(found.key, `${found.key} is ${show(value)}, where true or false is needed.`);
}
