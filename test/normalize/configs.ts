/**
 * Shapes of published models that show a trap, cut down to the keys that matter. The figures are facts
 * of the models; the fixture holds one model per line.
 */
import { readFileSync } from "node:fs";

export type Config = Record<string, unknown>;

const fixture = new URL("../fixtures/normalize/traps.jsonl", import.meta.url);
const lines = readFileSync(fixture, "utf8").trim().split("\n");

export const CONFIGS = new Map(
  lines.map((line) => {
    const { id, config } = JSON.parse(line) as { id: string; config: Config };
    return [id, config];
  }),
);

/** A fresh copy of a model's config; throws for a name that the fixture does not hold. */
export function configOf(name: string, changes: Config = {}): Config {
  const config = CONFIGS.get(name);
  if (config === undefined) throw new Error(`The fixture does not hold ${name}.`);
  return { ...structuredClone(config), ...changes };
}

/** Its nested text section. */
export function textConfigOf(name: string): Config {
  return configOf(name).text_config as Config;
}
