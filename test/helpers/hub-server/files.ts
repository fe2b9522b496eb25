/**
 * Files of a repository: `tree`, `paths-info`, and `resolve` with ETags, conditional requests and
 * ranges. Large files announce themselves through the `X-Linked-*` headers.
 */

import { type HubRequest, json, type Reply, refusal } from "./replies.ts";
import type { Commit, HubFile } from "./repository.ts";

function shown({ path, size, oid, lfs }: HubFile) {
  return { type: "file", oid, size, path, ...(lfs && { lfs }) };
}

/** Files below a folder; folders themselves only where the listing is not recursive. */
export function showTree(commit: Commit, folder: string, query: URLSearchParams): Reply {
  const prefix = folder === "" ? "" : `${folder}/`;
  const below = commit.files.filter(({ path }) => path.startsWith(prefix));
  if (below.length === 0) return refusal(404, "EntryNotFound", `${folder} does not exist`);
  if (query.has("recursive") && query.get("recursive") !== "false") return json(below.map(shown));
  const folders = new Set<string>();
  const files = below.filter(({ path }) => {
    const [first, ...more] = path.slice(prefix.length).split("/");
    if (more.length > 0) folders.add(prefix + first);
    return more.length === 0;
  });
  const directories = [...folders].map((path) => ({ type: "directory", oid: "", size: 0, path }));
  return json([...files.map(shown), ...directories]);
}

/** The named files that exist; names that do not are left out. */
export function showPaths(commit: Commit, body: string): Reply {
  const { paths } = JSON.parse(body) as { paths: string[] };
  return json(commit.files.filter(({ path }) => paths.includes(path)).map(shown));
}

export function sendFile(commit: Commit, path: string, request: HubRequest): Reply {
  const file = commit.files.find((candidate) => candidate.path === path);
  if (!file?.content) return refusal(404, "EntryNotFound", "Entry not found");
  const etag = `"${file.lfs?.oid ?? file.oid}"`;
  const headers: Record<string, string> = {
    etag,
    "x-repo-commit": commit.sha,
    "accept-ranges": "bytes",
    "content-type": path.endsWith(".json") ? "application/json" : "application/octet-stream",
  };
  if (file.lfs) {
    headers["x-linked-etag"] = etag;
    headers["x-linked-size"] = String(file.lfs.size);
  }
  if (request.headers["if-none-match"] === etag) {
    return { status: 304, headers, body: Buffer.alloc(0) };
  }
  const range = request.headers.range?.match(/^bytes=(\d+)-(\d*)$/);
  if (!range) return { status: 200, headers, body: file.content };
  const start = Number(range[1]);
  const end = Math.min(range[2] ? Number(range[2]) : Infinity, file.size - 1);
  if (start > end) {
    return { ...refusal(416, null, "Range not satisfiable"), headers };
  }
  headers["content-range"] = `bytes ${start}-${end}/${file.size}`;
  return { status: 206, headers, body: file.content.subarray(start, end + 1) };
}
