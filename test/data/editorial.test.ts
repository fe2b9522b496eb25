/** The committed editorial notes: every entry is valid, distinct, and plain in its claims. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ModelFacts } from "../../src/db/facts.ts";
import { compile, evaluate, KIB, MIB } from "../../src/estimator/index.ts";
import type { SourceContext } from "../../src/ingest/source.ts";
import { type EditorialNote, editorialSource } from "../../src/ingest/sources/editorial.ts";
import { parseSnapshot, SNAPSHOT_PATH } from "../../src/ingest/sources/snapshot-file.ts";
import { silentLog } from "../../src/log.ts";
import { sharedDir } from "../helpers/shared.ts";

const context: SourceContext = {
  http: { request: () => Promise.reject(new Error("this source must not use the network")) },
  log: silentLog,
  signal: new AbortController().signal,
  known: async () => null,
};

async function readAll() {
  const source = editorialSource();
  const { next } = await source.listPage(null, context);
  const pages = await Promise.all(next.map((cursor) => source.listPage(cursor, context)));
  const items = pages.flatMap((page) => page.items);
  return { skipped: pages.flatMap((page) => page.skipped), items };
}

const { skipped, items } = await readAll();
const notes = items.map(({ externalId, info }) => ({ externalId, note: info as EditorialNote }));

const snapshot = new Map(
  parseSnapshot(readFileSync(SNAPSHOT_PATH, "utf8")).map((line) => [line.id, line]),
);

/** "128 KiB of cache per token", "a token takes 2.5 MiB" */
const CACHE_CLAIM =
  /(\d[\d.]*) (KiB|MiB)(?: of (?:FP8 )?cache)? (?:per|for a|for each)(?: \w+)*? token|token (?:costs?|caches?|stores?|takes?|occupies|adds|holds?)(?: \w+){0,3} (\d[\d.]*) (KiB|MiB)/;

/** Its config leaves the chunked layers to the class, which the snapshot's reader did not know. */
const UNCHECKED = ["meta-llama/Llama-4-Maverick-17B-128E-Instruct"];

describe("the editorial notes", () => {
  test("are all valid and cover at least 250 models", () => {
    expect(skipped).toEqual([]);
    expect(notes.length).toBeGreaterThanOrEqual(250);
  });

  test("describe each model in two or three sentences of its own", () => {
    for (const { externalId, note } of notes) {
      const sentences = note.description.split(/(?<=[.!?]) (?=[A-Z])/);
      expect(sentences.length, externalId).toBeLessThanOrEqual(3);
      expect(note.description, externalId).toMatch(/\.$/);
    }
    expect(new Set(notes.map(({ note }) => note.description)).size).toBe(notes.length);
  });

  test("give a basis with every release date and none without", () => {
    for (const { externalId, note } of notes) {
      expect(note.releasedOnBasis === undefined, externalId).toBe(note.releasedOn === undefined);
    }
  });

  test("give every model a name of its own", () => {
    const names = notes.map(({ note }) => note.name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  test("state the licence that the model card states, where the snapshot has one", () => {
    for (const { externalId, note } of notes) {
      const line = snapshot.get(externalId);
      if (note.license === undefined || line?.origins.license?.source !== "hugging-face") continue;
      expect(note.license, externalId).toBe(line.facts.license);
    }
  });

  test("give the cache per token that the estimator computes, at 16 or at 8 bits", () => {
    let checked = 0;
    for (const { externalId, note } of notes) {
      const facts: Partial<ModelFacts> = snapshot.get(externalId)?.facts ?? {};
      const claim = CACHE_CLAIM.exec(note.description);
      if (!facts.architecture || !claim || UNCHECKED.includes(externalId)) continue;
      const profile = compile(facts.architecture);
      const cache = (contextTokens: number) =>
        evaluate(profile, { quant: "F16", contextTokens }).kvCacheBytes;
      // The slope between two long contexts, where windows are full and add nothing.
      const perToken = (cache(65_536) - cache(32_768)) / 32_768;
      const claimed = Number(claim[1] ?? claim[3]) * ((claim[2] ?? claim[4]) === "MiB" ? MIB : KIB);
      const error = Math.min(Math.abs(claimed - perToken), Math.abs(claimed - perToken / 2));
      expect(error, `${externalId}: ${claim[0]}`).toBeLessThan(KIB / 2);
      checked += 1;
    }
    expect(checked).toBeGreaterThan(100);
  });

  test("make no claim about rank or rivals", () => {
    const claims = /state[- ]of[- ]the[- ]art|best[- ]in|outperform|benchmark|GPT-4|Claude|Gemini/i;
    for (const { externalId, note } of notes) {
      expect(note.description, externalId).not.toMatch(claims);
    }
  });

  const configs = sharedDir === null ? "" : join(sharedDir, "upstream/huggingface");
  test.skipIf(!existsSync(configs))("cover the corpus, but for unconfirmed models", () => {
    const table = readFileSync(join(configs, "../PROVENANCE.tsv"), "utf8").split("\n");
    const unconfirmed = table
      .map((line) => line.split("\t"))
      .filter(([, , , , , fidelity]) => fidelity === "branch-only" || fidelity === "suspect")
      .map(([id]) => id);
    const covered = new Set<string | undefined>([
      ...notes.map(({ externalId }) => externalId),
      ...unconfirmed,
    ]);
    const models = readdirSync(configs).map((name) => name.replace("__", "/"));
    expect(models.filter((id) => !covered.has(id))).toEqual([]);
  });
});
