/**
 * Prints how a `config.json` was read, as a table: every key, its value, and what it became or why it
 * was ignored. Takes a path, or the id of a model on the Hub (or the mirror that `HF_ENDPOINT` names).
 * Without a network it prints the facts of a bundled model, with the key that each came from.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { readConfig } from "../src/config.ts";
import { messageOf } from "../src/errors.ts";
import { normalizeConfig, parseConfigText, type Reading } from "../src/ingest/normalize/index.ts";

const COLUMN = 46;

const MODEL_ID = /^[\w.-]+\/[\w.-]+$/;

const command = new Command("explain")
  .description("Prints how a model's configuration is read: each key, and what became of it.")
  .argument("<config>", "a config.json, a folder that holds one, or the id of a model: owner/name")
  .option("--json", "prints the reading as JSON")
  .parse();

try {
  const reading = await readingOf(command.args[0] ?? "");
  if (command.opts<{ json?: boolean }>().json) console.info(JSON.stringify(reading, null, 2));
  else print(reading);
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}

async function readingOf(target: string): Promise<Reading> {
  if (existsSync(target)) {
    const path = statSync(target).isDirectory() ? join(target, "config.json") : target;
    if (existsSync(path)) return readFile(path);
    throw new Error(`The folder ${target} holds no config.json.`);
  }
  if (MODEL_ID.test(target) && !target.endsWith(".json")) return readModel(target);
  throw new Error(`There is no file ${target}, and it is no model's id (owner/name).`);
}

/** A config, with the quantization that some publishers describe beside it. */
function readFile(path: string): Reading {
  const beside = join(dirname(path), "hf_quant_config.json");
  const hfQuantConfig = existsSync(beside) ? parseConfigText(readFileSync(beside)) : undefined;
  const config = parseConfigText(readFileSync(path));
  return normalizeConfig({ id: null, config, files: { hfQuantConfig } });
}

async function readModel(id: string): Promise<Reading> {
  try {
    return normalizeConfig({ id, config: parseConfigText(await fetchConfig(id)) });
  } catch (error) {
    const stored = bundled(id);
    if (stored === null) throw error;
    console.info(`${messageOf(error)}; this is what the bundled catalog says:\n`);
    return stored;
  }
}

/** A model of the bundled snapshot: its facts and their origins, without the file they came from. */
function bundled(id: string): Reading | null {
  const path = new URL("../data/snapshot.ndjson", import.meta.url);
  const wanted = `{"id":${JSON.stringify(id)},`.toLowerCase();
  const lines = readFileSync(path, "utf8").split("\n");
  const line = lines.find((text) => text.slice(0, wanted.length).toLowerCase() === wanted);
  return line === undefined
    ? null
    : { used: [], ignored: [], ...(JSON.parse(line) as Omit<Reading, "used" | "ignored">) };
}

async function fetchConfig(id: string): Promise<Uint8Array> {
  const { endpoint, token } = readConfig().hub;
  const url = new URL(`${id}/resolve/main/config.json`, `${endpoint.replace(/\/$/, "")}/`);
  const headers = token === null ? undefined : { authorization: `Bearer ${token}` };
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(10_000) }).catch(() => {
    throw new Error(`${url.href} could not be reached`);
  });
  if (!answer.ok) throw new Error(`${url.href} answered ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

function print(reading: Reading): void {
  const { outcome, reason, facts, origins, issues, used, ignored } = reading;
  console.info(`Outcome: ${outcome}${reason === null ? "" : ` (${reason})`}\n`);
  table(
    "Read",
    used.map(({ key, value, became }) => [key, show(value), became]),
  );
  table(
    "Facts",
    Object.entries(facts)
      .filter(([name]) => name !== "architecture")
      .map(([name, value]) => {
        const origin = origins[name as keyof typeof origins];
        return [name, show(value), origin ? `${origin.basis}: ${origin.file} ${origin.key}` : ""];
      }),
  );
  if (facts.architecture) {
    table(
      "Layers",
      facts.architecture.layers.map((group) => [
        `${group.count} x ${group.mixer.kind} + ${group.feedForward.kind}`,
        JSON.stringify(group.mixer),
        JSON.stringify(group.feedForward),
      ]),
      200,
    );
  }
  table(
    "Ignored",
    ignored.map(({ key, value, why }) => [key, show(value), why]),
  );
  table(
    "Issues",
    issues.map(({ code, field, message }) => [code, field, message]),
  );
}

function table(title: string, rows: string[][], column = COLUMN): void {
  if (rows.length === 0) return;
  console.info(`${title}`);
  for (const cells of rows) {
    const shown = cells.map((cell) =>
      cell.length > column ? `${cell.slice(0, column - 1)}…` : cell,
    );
    const widths = [44, column + 2, 0];
    console.info(`  ${shown.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("")}`.trimEnd());
  }
  console.info("");
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? "";
}
