/**
 * Decides whether a model has to be read again. Most commits touch only the model card, so a new
 * revision is not yet a new model: what the listing says of the weights and the hashes of the files
 * that we read decide, in one call.
 */
import type { KnownRecord } from "../../source.ts";
import type { HubClient } from "./client.ts";
import type { HubInfo } from "./protocol.ts";

/** Stands among the files for what the listing says of the weights, which nobody downloads. */
export const LISTED_WEIGHTS = "*";

/** Changes with the weights: they often come some commits after their config. */
export function listedWeights(info: HubInfo): string {
  const { safetensorsFiles, safetensors, ggufFiles } = info;
  const weights = safetensors === null ? "" : ` with ${safetensors.total} weights`;
  return `${safetensorsFiles} safetensors${weights}, ${ggufFiles} gguf`;
}

/** True when what is stored was read from the same bytes that a read would get now. */
export async function isUnchanged(
  hub: HubClient,
  info: HubInfo,
  known: KnownRecord,
): Promise<boolean> {
  const { [LISTED_WEIGHTS]: weights, ...files } = known.files;
  const paths = Object.keys(files);
  if (known.revision === info.sha && info.sha !== null) {
    // Without files the stored record came from a gated repository, whose licence the owner of our
    // token may have accepted since, or is made of file sizes alone.
    return paths.length > 0 || (info.gated ? hub.isAnonymous : info.ggufFiles > 0);
  }
  if (paths.length === 0 || info.sha === null || weights !== listedWeights(info)) return false;
  const configs = paths.filter((path) => !isGguf(path));
  if (info.configFiles !== null && info.configFiles.length !== configs.length) return false;
  const hashes = await hub.hashes(info.id, info.sha, paths);
  if (hashes !== null) return paths.every((path) => hashes[path] === files[path]);
  // A mirror without that call is asked for each file, which is no way to ask for weights.
  if (info.ggufFiles > 0) return false;
  for (const path of configs) {
    if ((await hub.file(info.id, info.sha, path, files[path])) !== null) return false;
  }
  return true;
}

export function isGguf(path: string): boolean {
  return path.endsWith(".gguf");
}
