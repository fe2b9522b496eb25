/**
 * ModelScope as a fallback: it carries copies of many models whose files the Hub keeps behind a gate.
 * Only models that no other source could read are looked for, and what is read is marked as coming
 * from a copy. As soon as the Hub hands the files out, its own reading is believed instead.
 */
import * as z from "zod";
import { NORMALIZER_VERSION, normalizeConfig, parseConfigText } from "../../normalize/index.ts";
import type { KnownRecord, Source, SourceRecord } from "../../source.ts";
import { CONFIG_FILES, REPOSITORY_ID } from "../hugging-face/protocol.ts";
import { emptyRecord, missingRecord } from "../records.ts";
import { ModelScopeClient, type ModelScopeFile } from "./client.ts";

const PAGE = "https://www.modelscope.cn/models";
const ID = "modelscope";

/** Accounts that keep copies for publishers without one of their own, by the publisher's Hub name. */
const COPIES: Readonly<Record<string, readonly string[]>> = {
  "meta-llama": ["LLM-Research"],
  google: ["google", "LLM-Research", "AI-ModelScope"],
  mistralai: ["mistralai", "AI-ModelScope", "LLM-Research"],
  CohereLabs: ["CohereLabs", "AI-ModelScope"],
};

const listed = z.object({ statedParameters: z.number().nullable() });

/** @param endpoint base URL of ModelScope or of a mirror. */
export function modelScopeSource(endpoint: string): Source {
  return {
    id: ID,
    title: "ModelScope",
    version: NORMALIZER_VERSION,

    async listPage(_, { catalog }) {
      const closed = (await catalog?.closed(ID)) ?? [];
      const items = closed
        .filter(({ huggingFaceId: id }) => REPOSITORY_ID.test(id))
        .map(({ huggingFaceId: externalId, statedParameters }) => {
          return { externalId, revision: null, lastModified: null, info: { statedParameters } };
        });
      return { items, skipped: [], next: [] };
    },

    async read({ externalId: id, info }, context) {
      if (!REPOSITORY_ID.test(id)) return missing(id);
      const client = new ModelScopeClient(endpoint, context);
      const known = await context.known(id);
      for (const copy of copiesOf(id)) {
        const files = await client.files(copy);
        if (files?.some(({ path }) => path === "config.json")) {
          const stated = listed.safeParse(info).data?.statedParameters ?? null;
          return readCopy(client, { id, copy, files, known, stated });
        }
      }
      return missing(id);
    },
  };
}

function copiesOf(id: string): string[] {
  const [owner, name] = id.split("/");
  if (name === undefined) return [];
  return (COPIES[owner!] ?? [owner!]).map((account) => `${account}/${name}`);
}

interface Copy {
  id: string;
  /** The repository it is read from. */
  copy: string;
  files: ModelScopeFile[];
  known: KnownRecord | null;
  /** Parameters that the closed repository states. */
  stated: number | null;
}

async function readCopy(client: ModelScopeClient, copied: Copy): Promise<SourceRecord> {
  const { id, copy, known } = copied;
  const wanted = copied.files.filter(({ path }) => CONFIG_FILES.includes(path));
  const config = wanted.find(({ path }) => path === "config.json")!;
  const hashes = wanted.flatMap(({ path, hash }) => (hash === null ? [] : [[path, hash]]));
  const files: Record<string, string> = Object.fromEntries(hashes);
  const record: SourceRecord = {
    ...emptyRecord(id, `${PAGE}/${copy}`),
    revision: config.commit ?? config.hash,
    files,
  };
  if (known !== null && hashes.length === wanted.length && sameFiles(known.files, files)) {
    return { ...record, revision: known.revision, outcome: "unchanged" };
  }
  const texts: Record<string, unknown> = {};
  for (const { path } of wanted) texts[path] = parseConfigText(await client.file(copy, path));
  const { outcome, reason, facts, origins, issues } = normalizeConfig({
    // Without the id, nothing but the files is read: names and owners are the Hub's to say.
    id: null,
    config: texts["config.json"],
    files: {
      hfQuantConfig: texts["hf_quant_config.json"],
      generationConfig: texts["generation_config.json"],
    },
    // A copy that does not fit the original's own count is told in an issue.
    info: { safetensors: { total: copied.stated } },
  });
  return { ...record, outcome, reason, facts, origins, issues: [copyIssue(id, copy), ...issues] };
}

function copyIssue(id: string, copy: string) {
  const message = `The Hub keeps the files of ${id} behind a gate; this was read from the copy ${copy} on ModelScope.`;
  return { code: "FALLBACK_COPY", field: "architecture", message };
}

function sameFiles(before: Record<string, string>, now: Record<string, string>): boolean {
  const paths = Object.keys({ ...before, ...now });
  return paths.every((path) => before[path] === now[path]);
}

function missing(id: string): SourceRecord {
  return missingRecord(id, PAGE, `ModelScope has no readable copy of ${id}.`, "NO_COPY");
}
