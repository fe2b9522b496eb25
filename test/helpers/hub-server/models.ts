/**
 * `GET /api/models` and `GET /api/models/{id}`: filters, orders, `expand`, and pages by an opaque
 * cursor over (order value, id), linked with absolute URLs as the Hub does.
 */

import { type HubRequest, json, type Reply, refusal } from "./replies.ts";
import type { Commit, RepositoryStore } from "./repository.ts";
import type { Pages } from "./routes.ts";

/** Every property that `expand` can ask for, made from a commit. */
const PROPERTIES: Record<string, (commit: Commit) => unknown> = {
  author: ({ repo }) => repo.id.split("/")[0],
  sha: ({ sha }) => sha,
  lastModified: ({ lastModified }) => lastModified,
  createdAt: ({ createdAt }) => createdAt,
  gated: ({ repo }) => repo.gated ?? false,
  private: ({ repo }) => repo.private ?? false,
  disabled: ({ repo }) => repo.disabled ?? false,
  downloads: ({ repo }) => repo.downloads ?? 0,
  likes: ({ repo }) => repo.likes ?? 0,
  trendingScore: ({ repo }) => repo.likes ?? 0,
  pipeline_tag: ({ repo }) => repo.pipelineTag,
  library_name: ({ repo }) => repo.libraryName,
  tags: ({ repo }) => repo.tags ?? [],
  cardData: ({ repo }) => repo.cardData,
  safetensors: ({ repo }) => repo.safetensors,
  gguf: ({ repo }) => repo.gguf,
  config: ({ repo }) => repo.config,
  siblings: ({ files }) => files.map(({ path }) => ({ rfilename: path })),
};
const SHORT = [
  "likes",
  "private",
  "downloads",
  "tags",
  "pipeline_tag",
  "library_name",
  "createdAt",
];
const FULL = [...SHORT, "author", "sha", "lastModified", "gated", "disabled", "cardData"];

const ORDERS = ["createdAt", "downloads", "likes", "lastModified", "trendingScore", "id"];

export function listModels(
  store: RepositoryStore,
  request: HubRequest,
  { publicUrl, mostPerPage }: Pages,
): Reply {
  const query = request.url.searchParams;
  const unknown = query.getAll("expand").find((name) => PROPERTIES[name] === undefined);
  if (unknown !== undefined) return refusal(400, null, `Invalid expand value: ${unknown}`);
  const order = query.get("sort") ?? "trendingScore";
  if (!ORDERS.includes(order)) return refusal(400, null, `Invalid sort value: ${order}`);
  const limit = Math.min(Number(query.get("limit")) || mostPerPage, mostPerPage);
  const matching = store
    .heads()
    .filter((commit) => matches(commit, query, request.token))
    .map((commit) => ({ commit, key: [PROPERTIES[order]?.(commit) ?? "", commit.repo.id] as Key }))
    .sort((a, b) => compare(a.key, b.key));
  const cursor = query.get("cursor");
  const after = cursor === null ? null : readCursor(cursor);
  if (after === undefined) return refusal(400, null, "Invalid cursor");
  const rest = after === null ? matching : matching.filter(({ key }) => compare(after, key) < 0);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const headers: Record<string, string> = {};
  if (last !== undefined && rest.length > page.length) {
    const next = new URL(`${request.url.pathname}${request.url.search}`, publicUrl);
    next.searchParams.set("cursor", Buffer.from(JSON.stringify(last.key)).toString("base64url"));
    headers.link = `<${next.href}>; rel="next"`;
  }
  return json(
    page.map(({ commit }) => show(commit, query, SHORT)),
    headers,
  );
}

/** One model; with `blobs=true` its files carry sizes and hashes. */
export function showModel(commit: Commit, query: URLSearchParams): Reply {
  const shown = show(commit, query, FULL);
  if (query.get("blobs") === "true") {
    if (query.has("expand")) return refusal(400, null, "blobs and expand cannot be combined");
    shown.siblings = commit.files.map(({ path, size, oid, lfs }) => ({
      rfilename: path,
      size,
      blobId: oid,
      ...(lfs && { lfs: { sha256: lfs.oid, size: lfs.size, pointerSize: lfs.pointerSize } }),
    }));
  }
  return json(shown);
}

type Key = [string | number, string];

/** Largest value first, then by id, so that pages never overlap. */
function compare([a, idA]: Key, [b, idB]: Key): number {
  if (a !== b) return a < b ? 1 : -1;
  return idA < idB ? -1 : idA > idB ? 1 : 0;
}

function readCursor(cursor: string): Key | undefined {
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString()) as Key;
  } catch {
    return undefined;
  }
}

function matches({ repo }: Commit, query: URLSearchParams, token: string | null): boolean {
  if (repo.private && token === null) return false;
  const author = query.get("author");
  if (author !== null && repo.id.split("/")[0] !== author) return false;
  const search = query.get("search");
  if (search !== null && !repo.id.toLowerCase().includes(search.toLowerCase())) return false;
  const pipeline = query.get("pipeline_tag");
  if (pipeline !== null && repo.pipelineTag !== pipeline) return false;
  return query.getAll("filter").every((tag) => repo.tags?.includes(tag));
}

function show(commit: Commit, query: URLSearchParams, usual: string[]): Record<string, unknown> {
  const expand = query.getAll("expand");
  const names = expand.length > 0 ? expand : usual;
  const shown: Record<string, unknown> = { id: commit.repo.id };
  if (names === FULL) shown.siblings = PROPERTIES.siblings?.(commit);
  for (const name of names) shown[name] = PROPERTIES[name]?.(commit);
  return shown;
}
