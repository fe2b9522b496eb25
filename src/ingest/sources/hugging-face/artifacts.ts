/** Published weights of a repository as artifacts: exact bytes, from listings alone. */
import type { ModelIssue } from "../../../db/facts.ts";
import type { Artifact } from "../../source.ts";
import type { FileSize } from "./client.ts";
import { groupGguf } from "./gguf-sets.ts";
import type { HubInfo } from "./protocol.ts";

/** Stored bytes of one element, by the type names of safetensors headers. */
const ELEMENT_BYTES: Record<string, number> = {
  F64: 8,
  I64: 8,
  U64: 8,
  F32: 4,
  I32: 4,
  U32: 4,
  F16: 2,
  BF16: 2,
  I16: 2,
  U16: 2,
  F8_E4M3: 1,
  F8_E5M2: 1,
  F8_E8M0: 1,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

/** The safetensors weights, from the element counts in the listing: one artifact or none. */
export function safetensorsArtifacts(info: HubInfo): Artifact[] {
  if (info.safetensors === null || info.safetensorsFiles === 0) return [];
  let bytes = 0;
  for (const [type, elements] of Object.entries(info.safetensors.parameters)) {
    const width = ELEMENT_BYTES[type];
    if (width === undefined) return [];
    bytes += elements * width;
  }
  const { total: parameters } = info.safetensors;
  const files = info.safetensorsFiles;
  return [{ kind: "safetensors", label: null, files, bytes, parameters, externalId: info.id }];
}

/** The complete GGUF sets among the files, and an issue for each that cannot be used. */
export function ggufArtifacts(
  info: HubInfo,
  files: FileSize[],
): { artifacts: Artifact[]; issues: ModelIssue[] } {
  const { sets, issues } = groupGguf(files);
  const parameters = info.gguf?.total ?? null;
  const artifacts = sets.map(({ label, paths, bytes }): Artifact => {
    return { kind: "gguf", label, files: paths.length, bytes, parameters, externalId: info.id };
  });
  return { artifacts, issues };
}
