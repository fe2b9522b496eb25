/**
 * Files that say the numbers of a model under the names of the code it was trained with. Each dialect is
 * rewritten to the names of the library's `config.json`, and only then read.
 */
import type { Json } from "../reader.ts";
import { configFromOlmo, isOlmo } from "./olmo.ts";
import { configFromParams, isParams } from "./params.ts";
import { configFromStateSpaces, isStateSpaces } from "./state-spaces.ts";

const DIALECTS: readonly [is: (value: unknown) => value is Json, read: (file: Json) => Json][] = [
  [isParams, configFromParams],
  [isOlmo, configFromOlmo],
  [isStateSpaces, configFromStateSpaces],
];

/** The same file in the library's names; a file that already has them is returned as it is. */
export function inLibraryNames(config: unknown): unknown {
  for (const [is, read] of DIALECTS) if (is(config)) return read(config);
  return config;
}
