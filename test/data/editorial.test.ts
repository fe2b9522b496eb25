/** The committed editorial notes: every entry is valid, distinct, and plain in its claims. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { SourceContext } from "../../src/ingest/source.ts";
import { type EditorialNote, editorialSource } from "../../src/ingest/sources/editorial.ts";
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
