/**
 * Decides whether a model has to be read again. Most commits touch only the model card, so a new
 * revision is not yet a new config: the hashes of the files we read decide, in one call.
 */
import type { KnownRecord } from "../../source.ts";
import type { HubClient } from "./client.ts";
import type { HubInfo } from "./protocol.ts";

/** True when what is stored was read from the same bytes that a read would get now. */
export async function isUnchanged(
  hub: HubClient,
  info: HubInfo,
  known: KnownRecord,
): Promise<boolean> {
  const paths = Object.keys(known.files);
  // Without files the stored record came from a gated repository, or is made of file sizes alone.
  if (known.revision === info.sha && info.sha !== null) {
    return paths.length > 0 || info.gated || info.ggufFiles > 0;
  }
  if (paths.length === 0 || info.sha === null || info.ggufFiles > 0) return false;
  if (info.configFiles !== null && info.configFiles.length !== paths.length) return false;
  const hashes = await hub.hashes(info.id, info.sha, paths);
  if (hashes !== null) return paths.every((path) => hashes[path] === known.files[path]);
  for (const path of paths) {
    if ((await hub.file(info.id, info.sha, path, known.files[path])) !== null) return false;
  }
  return true;
}
