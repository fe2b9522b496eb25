/**
 * Reads one repository of the Hub: decides what kind it is, fetches the files that describe it, and
 * hands them to the normaliser. Whatever the Hub legitimately answers ends as a record; only what
 * may be different next time is thrown.
 */
import type { ModelIssue } from "../../../db/facts.ts";
import { messageOf } from "../../../errors.ts";
import { normalizeConfig, parseConfigText } from "../../normalize/index.ts";
import type { KnownRecord, ListedModel, SourceContext, SourceRecord } from "../../source.ts";
import { DeniedError } from "./access.ts";
import { ggufArtifacts, safetensorsArtifacts } from "./artifacts.ts";
import type { HubClient } from "./client.ts";
import { baseModelOf, isConversion } from "./conversions.ts";
import { isGguf, isUnchanged, LISTED_WEIGHTS, listedWeights } from "./probe.ts";
import { type HubInfo, hubInfo, REPOSITORY_ID } from "./protocol.ts";
import { closed, newRecord, refusal, unchanged, unreadable } from "./records.ts";
import { countFromHeaders } from "./weights-header.ts";

/** Where a total comes from that the listing did not have, or not rightly. */
const WEIGHTS = "*.safetensors";

/** The whole record of one listed model; with `info: null` the Hub is asked for it first. */
export async function readModel(
  hub: HubClient,
  item: ListedModel,
  context: SourceContext,
): Promise<SourceRecord> {
  const id = item.externalId;
  const listed = hubInfo.safeParse(item.info);
  try {
    if (!REPOSITORY_ID.test(id)) return refusal(hub, id, "missing", `${id} is not a model id`);
    const info = listed.success ? listed.data : await hub.info(id);
    if (info.id !== id) return renamed(hub, id, info.id);
    if (info.disabled) return refusal(hub, id, "disabled", `${id} was disabled by the Hub`);
    if (info.private) return refusal(hub, id, "private", `${id} is private`);
    return await readVisible(hub, info, await context.known(id));
  } catch (error) {
    if (!(error instanceof DeniedError)) throw error;
    // The branch was rewritten after it was listed: take it as it is now.
    if (error.denial === "no-revision" && listed.success) {
      return readModel(hub, { ...item, info: null }, context);
    }
    if (error.denial === "no-file" || error.denial === "no-revision") {
      return refusal(hub, id, "open", error.message, { code: "NO_CONFIG" });
    }
    return refusal(hub, id, error.denial, error.message);
  }
}

function renamed(hub: HubClient, id: string, renamedTo: string): SourceRecord {
  return refusal(hub, id, "renamed", `${id} is now ${renamedTo}`, { renamedTo });
}

async function readVisible(
  hub: HubClient,
  info: HubInfo,
  known: KnownRecord | null,
): Promise<SourceRecord> {
  try {
    if (known !== null && (await isUnchanged(hub, info, known))) return unchanged(hub, info, known);
    if (isConversion(info)) return await readConversion(hub, info);
    return await readConfig(hub, info);
  } catch (error) {
    if (!(error instanceof DeniedError)) throw error;
    // Some mirrors answer 401 for a closed repository without saying why.
    const isGate = error.denial === "gated" || (info.gated && error.denial === "missing");
    if (!isGate) throw error;
    return closed(hub, info, known, error.message);
  }
}

/** A model: its configuration through the normaliser, and the weights beside it. */
async function readConfig(hub: HubClient, info: HubInfo): Promise<SourceRecord> {
  const revision = info.sha ?? "main";
  let commit = info.sha;
  const files: Record<string, string> = { [LISTED_WEIGHTS]: listedWeights(info) };
  const texts: Record<string, unknown> = {};
  const broken: ModelIssue[] = [];
  for (const path of info.configFiles ?? ["config.json"]) {
    const file = await hub.file(info.id, revision, path);
    if (file === null) continue;
    if (file.movedTo !== null) {
      return renamed(hub, info.id, file.movedTo);
    }
    try {
      texts[path] = parseConfigText(file.body);
    } catch (error) {
      // Recommended settings are no reason to do without the model.
      if (path !== "generation_config.json") throw error;
      broken.push({
        code: "UNREADABLE_FIELD",
        field: "sampling",
        message: `${path}: ${messageOf(error)}`,
      });
    }
    if (file.hash !== null) files[path] = file.hash;
    commit ??= file.commit;
  }
  const input = {
    id: info.id,
    config: texts["config.json"],
    files: {
      hfQuantConfig: texts["hf_quant_config.json"],
      params: texts["params.json"],
      generationConfig: texts["generation_config.json"],
    },
  };
  const listed = normalizeConfig({ ...input, info });
  const total = await countFromHeaders(hub, info, listed);
  const reading =
    total === null
      ? listed
      : normalizeConfig({ ...input, info: { ...info, safetensors: { total, file: WEIGHTS } } });
  const { outcome, reason, facts, origins } = reading;
  const found = { revision: commit, outcome, reason, facts, origins, files };
  const sizes = info.ggufFiles > 0 ? await hub.sizes(info.id, revision) : [];
  for (const { path, hash, bytes } of sizes) if (isGguf(path)) files[path] = hash ?? `${bytes}`;
  const gguf = ggufArtifacts(info, sizes);
  const artifacts = [...safetensorsArtifacts(info), ...gguf.artifacts];
  const issues = [...reading.issues, ...broken, ...unreadable(info), ...gguf.issues];
  return { ...newRecord(hub, info), ...found, issues, artifacts };
}

/** A repository of files converted from another model: only its artifacts count. */
async function readConversion(hub: HubClient, info: HubInfo): Promise<SourceRecord> {
  const baseModel = baseModelOf(info);
  if (baseModel === null) {
    const reason = `${info.id} does not say which model it was made from`;
    return refusal(hub, info.id, "open", reason, { code: "NO_BASE_MODEL" });
  }
  const sizes = await hub.sizes(info.id, info.sha ?? "main");
  const { artifacts, issues } = ggufArtifacts(info, sizes);
  const facts = { baseModel: baseModel.id };
  const origins = { baseModel: baseModel.origin };
  const record = { ...newRecord(hub, info), outcome: "artifacts" as const, facts, origins };
  return { ...record, issues: [...issues, ...unreadable(info)], artifacts };
}
