/**
 * A repository as the local Hub keeps it: hand-made content, with everything that the real Hub would
 * compute from it (commit and file hashes, sizes) computed here from the same bytes.
 */
import { createHash } from "node:crypto";

export interface HubRepo {
  /** `owner/name`. */
  id: string;
  /** Commit; made from the content where it is left out. */
  sha?: string;
  lastModified?: string;
  createdAt?: string;
  /** Text or bytes by path. */
  files: Record<string, string | Buffer>;
  /** Files that only have a size: they are listed and cannot be fetched. */
  largeFiles?: Record<string, number>;
  gated?: false | "auto" | "manual";
  private?: boolean;
  disabled?: boolean;
  downloads?: number;
  likes?: number;
  pipelineTag?: string;
  libraryName?: string;
  tags?: string[];
  cardData?: Record<string, unknown>;
  safetensors?: { parameters: Record<string, number>; total: number };
  gguf?: Record<string, unknown>;
  config?: Record<string, unknown>;
  /** Former ids: requests for them are redirected here. */
  formerIds?: string[];
}

export interface HubFile {
  path: string;
  size: number;
  /** Git's own hash of the content; of the pointer for large files. */
  oid: string;
  lfs: { oid: string; size: number; pointerSize: number } | null;
  content: Buffer | null;
}

export interface Commit {
  repo: HubRepo;
  sha: string;
  lastModified: string;
  /** Null where nothing is known, as in a corpus of bare configs. */
  createdAt: string | null;
  files: HubFile[];
}

const LARGE = /\.(gguf|safetensors|bin)$/;

export function makeCommit(repo: HubRepo): Commit {
  const small = Object.entries(repo.files).map(([path, text]) => makeFile(path, Buffer.from(text)));
  const large = Object.entries(repo.largeFiles ?? {}).map(([path, size]) => makeLarge(path, size));
  const files = [...small, ...large].sort((a, b) => (a.path < b.path ? -1 : 1));
  const card = JSON.stringify([
    repo.id,
    repo.tags,
    repo.cardData,
    files.map((f) => [f.path, f.oid]),
  ]);
  return {
    repo,
    sha: repo.sha ?? sha1(card),
    lastModified: repo.lastModified ?? "2026-01-01T00:00:00.000Z",
    createdAt: repo.createdAt ?? null,
    files,
  };
}

function makeFile(path: string, content: Buffer): HubFile {
  if (LARGE.test(path)) {
    const hash = createHash("sha256").update(content).digest("hex");
    return { ...pointerTo(path, hash, content.length), content };
  }
  // Git hashes a header before the content.
  const oid = sha1(Buffer.concat([Buffer.from(`blob ${content.length}\0`), content]));
  return { path, size: content.length, oid, lfs: null, content };
}

function makeLarge(path: string, size: number): HubFile {
  const hash = createHash("sha256").update(`${path} ${size}`).digest("hex");
  return { ...pointerTo(path, hash, size), content: null };
}

function pointerTo(path: string, hash: string, size: number): Omit<HubFile, "content"> {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${hash}\nsize ${size}\n`;
  const lfs = { oid: hash, size, pointerSize: pointer.length };
  return { path, size, oid: sha1(`blob ${pointer.length}\0${pointer}`), lfs };
}

function sha1(content: string | Buffer): string {
  return createHash("sha1").update(content).digest("hex");
}

/** All repositories with their commits, oldest first; ids and former ids lead to them. */
export class RepositoryStore {
  private readonly commits = new Map<string, Commit[]>();

  constructor(repos: HubRepo[]) {
    for (const repo of repos) this.put(repo);
  }

  /** Adds a repository, or a new commit to one that is there. */
  put(repo: HubRepo): Commit {
    const commit = makeCommit(repo);
    this.commits.set(repo.id, [...(this.commits.get(repo.id) ?? []), commit]);
    return commit;
  }

  remove(id: string): void {
    this.commits.delete(id);
  }

  /** The newest commit of every repository. */
  heads(): Commit[] {
    return [...this.commits.values()].flatMap((commits) => commits.slice(-1));
  }

  /** A commit by `main` or hash; the newest without a revision. */
  find(id: string, revision = "main"): Commit | null {
    const commits = this.commits.get(id) ?? [];
    if (revision === "main") return commits.at(-1) ?? null;
    return commits.find((commit) => commit.sha === revision) ?? null;
  }

  /** The present id of a repository that once had this one. */
  renamed(id: string): string | null {
    return this.heads().find(({ repo }) => repo.formerIds?.includes(id))?.repo.id ?? null;
  }
}
