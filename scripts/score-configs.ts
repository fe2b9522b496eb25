/**
 * Reads a folder of `<org>__<name>/config.json` and prints one JSON line for each: what the normaliser
 * made of it, and what the estimator computes from that. The fields and their order are kept stable, so
 * that two runs can be compared line by line.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../src/errors.ts";
import { compile, evaluate } from "../src/estimator/index.ts";
import { normalizeConfig, parseConfigText, type Reading } from "../src/ingest/normalize/index.ts";

const CONTEXT_TOKENS = 8192;
const QUANTIZATION = "Q4_K_M";

const [folder] = process.argv.slice(2);
if (folder === undefined || !existsSync(folder)) {
  console.error("Usage: npm run --silent score:configs -- FOLDER");
  process.exit(2);
}
for (const name of readdirSync(folder).sort()) {
  if (existsSync(join(folder, name, "config.json"))) {
    console.info(JSON.stringify(scoreFolder(folder, name)));
  }
}

function scoreFolder(root: string, name: string): Record<string, unknown> {
  const id = name.replace("__", "/");
  try {
    const config = parseConfigText(readFileSync(join(root, name, "config.json")));
    const quantFile = join(root, name, "hf_quant_config.json");
    const hfQuantConfig = existsSync(quantFile)
      ? parseConfigText(readFileSync(quantFile))
      : undefined;
    return row(id, normalizeConfig({ id, config, files: { hfQuantConfig } }));
  } catch (error) {
    const issues = [{ code: "UPSTREAM_INVALID", field: "config", message: messageOf(error) }];
    const nothing = { facts: {}, origins: {}, used: [], ignored: [] };
    return row(id, { outcome: "refused", reason: messageOf(error), issues, ...nothing });
  }
}

function row(id: string, reading: Reading): Record<string, unknown> {
  const { outcome, reason, facts } = reading;
  return {
    id,
    outcome,
    reason,
    totalParameters: facts.totalParameters ?? null,
    activeParameters: facts.activeParameters ?? null,
    layers: facts.layers ?? null,
    hidden: facts.hiddenSize ?? null,
    heads: facts.heads ?? null,
    kvHeads: facts.kvHeads ?? null,
    headDim: facts.headDim ?? null,
    experts: facts.experts ?? null,
    activeExperts: facts.activeExperts ?? null,
    attentionKind: facts.attentionKind ?? null,
    context: facts.contextLength ?? null,
    ...memory(reading),
    issues: reading.issues.map(({ code, field, message }) => ({ code, field, message })),
  };
}

/** Bytes at four bits and 8,192 tokens; null where the architecture is not known. */
function memory({ facts }: Reading): Record<string, number | null> {
  if (facts.architecture == null) {
    return { weightsQ4KMBytes: null, kvCache8192Bytes: null, recurrentStateBytes: null };
  }
  const profile = compile(facts.architecture);
  const estimate = evaluate(profile, { quant: QUANTIZATION, contextTokens: CONTEXT_TOKENS });
  return {
    weightsQ4KMBytes: profile.weights[QUANTIZATION]?.bytes ?? null,
    kvCache8192Bytes: estimate.kvCacheBytes,
    recurrentStateBytes: estimate.recurrentStateBytes,
  };
}
