/**
 * Repositories of a made-up Hub, as many as wanted, the same for the same seed. Each is a real config
 * of the corpus, or of the small fixtures where that is absent, with another vocabulary, so that no
 * two architectures weigh the same; dates, downloads and owners are drawn at random.
 */
import { resolve } from "node:path";
import {
  type HubRepo,
  isSharedCorpus,
  reposFromFolder,
  reposFromShared,
} from "../hub-server/index.ts";
import { sharedDir } from "../shared.ts";

export interface SimulationOptions {
  count: number;
  seed?: number;
  organizations?: number;
}

/** The models were last changed in the year before they are made. */
const YEAR_MS = 365 * 86_400_000;

export function simulatedRepos({
  count,
  seed = 1,
  organizations = 50,
}: SimulationOptions): HubRepo[] {
  const random = generator(seed);
  const bases = originals();
  const now = Date.now();
  return Array.from({ length: count }, (_, index): HubRepo => {
    const base = bases[index % bases.length]!;
    const owner = `org-${Math.floor(random() * organizations)}`;
    const config = vary(String(base.files["config.json"]), Math.floor(index / bases.length));
    return {
      ...base,
      id: `${owner}/${base.id.split("/")[1]}-${index}`,
      files: {
        ...base.files,
        "config.json": config,
        "README.md": `Model ${index}`,
      },
      lastModified: new Date(now - Math.floor(random() * YEAR_MS)).toISOString(),
      downloads: Math.floor(random() * 1_000_000),
      likes: Math.floor(random() * 1000),
      pipelineTag: "text-generation",
    };
  });
}

export function simulatedOrganizations(organizations = 50): string[] {
  return Array.from({ length: organizations }, (_, index) => `org-${index}`);
}

/** Changes a repository as its owner would: the model card alone, or the configuration. */
export function changed(repo: HubRepo, what: "card" | "config", at: Date): HubRepo {
  const card = {
    ...repo,
    lastModified: at.toISOString(),
    files: { ...repo.files, "README.md": `${at}` },
  };
  if (what === "card") return card;
  const config = vary(String(repo.files["config.json"]), 1000);
  return { ...card, files: { ...card.files, "config.json": config } };
}

/** Open repositories with a configuration that can be read. */
function originals(): HubRepo[] {
  const folder = resolve(import.meta.dirname, "../../fixtures/hub");
  const corpus = sharedDir !== null && isSharedCorpus(sharedDir);
  const found = corpus ? reposFromShared(sharedDir!) : reposFromFolder(folder);
  return found.filter(({ id, files, gated, private: hidden, disabled }) => {
    const isOpen = !gated && !hidden && !disabled;
    return isOpen && files["config.json"] !== undefined && !id.includes("Broken");
  });
}

/**
 * The same configuration with a larger vocabulary, wherever it states one. The text is changed in
 * place, because publishers' files are not always strict JSON.
 */
function vary(config: string, step: number): string {
  return config.replace(
    /("vocab_size"\s*:\s*)(\d+)/g,
    (_, key: string, size: string) => `${key}${Number(size) + 64 * step}`,
  );
}

/** Mulberry32: small, fast, and the same everywhere. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
