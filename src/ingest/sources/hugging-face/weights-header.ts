/**
 * Counts the parameters of a repository from the headers of its weight files, read by range. The
 * listing has the same figure as a rule; headers are read where it has none, or where it contradicts
 * the architecture. The library counts packed weights by what they hold and leaves scales out.
 */
import {
  parseSafetensorsMetadata,
  SAFETENSORS_FILE,
  SAFETENSORS_INDEX_FILE,
} from "@huggingface/hub";
import { PlimsollError } from "../../../errors.ts";
import type { Reading } from "../../normalize/index.ts";
import type { HubClient } from "./client.ts";
import type { HubInfo } from "./protocol.ts";

/** Two requests for each file: the largest models would use up a whole window of the budget. */
const MOST_FILES = 64;

/** The count of the headers; null where they are not worth reading, or not readable. */
export async function countFromHeaders(
  hub: HubClient,
  info: HubInfo,
  { outcome, issues }: Reading,
): Promise<number | null> {
  const isSilent = info.safetensors === null;
  const contradicts = issues.some(({ code }) => code === "PARAMETER_MISMATCH");
  const files = info.safetensorsFiles;
  if (outcome !== "model" || files === 0 || files > MOST_FILES) return null;
  return isSilent || contradicts ? count(hub, info) : null;
}

async function count(hub: HubClient, info: HubInfo): Promise<number | null> {
  try {
    const { parameterCount, parameterTotal } = await parseSafetensorsMetadata({
      repo: info.id,
      revision: info.sha ?? "main",
      hubUrl: hub.endpoint,
      // Named here, because the library would ask for each in turn.
      path: info.safetensorsFiles === 1 ? SAFETENSORS_FILE : SAFETENSORS_INDEX_FILE,
      computeParametersCount: true,
      fetch: (input, init) => hub.fetch(input, init),
    });
    const total =
      parameterTotal ?? Object.values(parameterCount).reduce((sum, part) => sum + part, 0);
    return Number.isSafeInteger(total) && total > 0 ? total : null;
  } catch (error) {
    // What may be different next time is thrown. The rest is what we or the library say of files that
    // are missing, closed, too large or malformed: they stay unread, and the model is good without.
    if (error instanceof PlimsollError && error.retryable) throw error;
    if (error instanceof Error && !["AbortError", "TimeoutError"].includes(error.name)) return null;
    throw error;
  }
}
