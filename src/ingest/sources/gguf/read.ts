/**
 * Reads one repository of GGUF files: which model they were made from, the exact bytes of every
 * complete set, and what is inside of those whose names do not say. Hashes of all files are kept, so
 * that a commit which leaves the weights alone costs one call and no header.
 */
import type { ModelIssue } from "../../../db/facts.ts";
import { messageOf, PlimsollError } from "../../../errors.ts";
import { QUANTIZATIONS } from "../../../estimator/index.ts";
import type {
  Artifact,
  KnownRecord,
  ListedModel,
  SourceContext,
  SourceRecord,
} from "../../source.ts";
import { DeniedError } from "../hugging-face/access.ts";
import type { FileSize, HubClient } from "../hugging-face/client.ts";
import { baseModelOf } from "../hugging-face/conversions.ts";
import { type GgufSet, groupGguf } from "../hugging-face/gguf-sets.ts";
import { type HubInfo, hubInfo, REPOSITORY_ID } from "../hugging-face/protocol.ts";
import { newRecord, refusal, unreadable } from "../hugging-face/records.ts";
import type { HeaderBudget } from "./budget.ts";
import { readContents } from "./header.ts";

/** Stands in `files` for a hash whose file's header is still to be read. */
const TO_BE_READ = "";

export async function readRepository(
  hub: HubClient,
  budget: HeaderBudget,
  item: ListedModel,
  context: SourceContext,
): Promise<SourceRecord> {
  const id = item.externalId;
  if (!REPOSITORY_ID.test(id)) return refusal(hub, id, "missing", `${id} is not a model id`);
  try {
    const listed = hubInfo.safeParse(item.info);
    const info = listed.success ? listed.data : await hub.info(id);
    if (info.id !== id) {
      return refusal(hub, id, "renamed", `${id} is now ${info.id}`, { renamedTo: info.id });
    }
    return await readOpen(hub, budget, info, context);
  } catch (error) {
    if (!(error instanceof DeniedError)) throw error;
    const state = /^(no-file|no-revision)$/.test(error.denial) ? "open" : error.denial;
    return refusal(hub, id, state as "open", error.message);
  }
}

async function readOpen(
  hub: HubClient,
  budget: HeaderBudget,
  info: HubInfo,
  context: SourceContext,
): Promise<SourceRecord> {
  const base = baseModelOf(info);
  if (base === null) {
    const reason = `${info.id} does not say which model it was made from`;
    return refusal(hub, info.id, "open", reason, { code: "NO_BASE_MODEL" });
  }
  const record = newRecord(hub, info);
  const known = await context.known(info.id);
  if (known !== null && known.revision === info.sha && isComplete(known)) {
    return { ...record, outcome: "unchanged", files: known.files };
  }
  const files = await hub.sizes(info.id, info.sha ?? "main");
  const { sets, issues } = groupGguf(files);
  const hashes = hashesOf(files, sets);
  if (known !== null && isComplete(known) && sameFiles(known.files, hashes)) {
    return { ...record, outcome: "unchanged", files: known.files };
  }
  const baseModel = (await context.catalog?.spelling([base.id]))?.get(base.id) ?? base.id;
  const found = await readSets(hub, budget, info, sets);
  for (const path of found.notRead) hashes[path] = TO_BE_READ;
  return {
    ...record,
    outcome: "artifacts",
    facts: { baseModel },
    origins: { baseModel: base.origin },
    artifacts: found.artifacts,
    issues: [...issues, ...found.issues, ...unreadable(info)],
    files: hashes,
  };
}

interface SetsRead {
  artifacts: Artifact[];
  issues: ModelIssue[];
  /** Files whose headers have to wait for the next run. */
  notRead: string[];
}

async function readSets(
  hub: HubClient,
  budget: HeaderBudget,
  info: HubInfo,
  sets: GgufSet[],
): Promise<SetsRead> {
  const found: SetsRead = { artifacts: [], issues: [], notRead: [] };
  const labels = new Set(sets.map(({ label }) => label));
  const begun = budget.mayBegin;
  for (const set of sets) {
    const { paths, bytes } = set;
    const artifact: Artifact = {
      kind: "gguf",
      label: set.label,
      files: paths.length,
      bytes,
      parameters: info.gguf?.total ?? null,
      externalId: info.id,
    };
    found.artifacts.push(artifact);
    if (isStandard(set.label) || budget.isOff) continue;
    if (!begun || !budget.mayGoOn) {
      found.notRead.push(...paths);
      continue;
    }
    try {
      const files = { id: info.id, revision: info.sha ?? "main", paths };
      const contents = await readContents(hub, files, (count) => budget.spend(count));
      artifact.parameters = contents.parameters;
      artifact.types = contents.types;
      if (set.label === null && contents.label !== null && !labels.has(contents.label)) {
        artifact.label = contents.label;
        labels.add(contents.label);
      }
    } catch (error) {
      if (!(error instanceof PlimsollError) || error.retryable) throw error;
      const message = messageOf(error);
      found.issues.push({ code: "UNREADABLE_HEADER", field: "artifacts", message });
    }
  }
  return found;
}

/** The name alone says how the weights are stored. */
function isStandard(label: string | null): boolean {
  return label !== null && Object.hasOwn(QUANTIZATIONS, label);
}

function hashesOf(files: FileSize[], sets: GgufSet[]): Record<string, string> {
  const used = new Set(sets.flatMap(({ paths }) => paths));
  const weights = files.filter(({ path }) => used.has(path));
  return Object.fromEntries(weights.map(({ path, hash, bytes }) => [path, hash ?? `${bytes}`]));
}

function isComplete({ files }: KnownRecord): boolean {
  const hashes = Object.values(files);
  return hashes.length > 0 && !hashes.includes(TO_BE_READ);
}

function sameFiles(before: Record<string, string>, now: Record<string, string>): boolean {
  const paths = Object.keys(now);
  return (
    paths.length === Object.keys(before).length && paths.every((path) => before[path] === now[path])
  );
}
