/**
 * From a path to an answer: which repository and revision is meant, whether the caller may see it,
 * and which part of the protocol answers.
 */
import { sendFile, showPaths, showTree } from "./files.ts";
import { listModels, showModel } from "./models.ts";
import {
  gate,
  type HubRequest,
  hidden,
  missing,
  type Reply,
  redirect,
  refusal,
} from "./replies.ts";
import type { RepositoryStore } from "./repository.ts";

const API = /^\/api\/models\/([^/]+\/[^/]+)(?:\/(revision|tree|paths-info)\/([^/]+)(?:\/(.*))?)?$/;
const RESOLVE = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/;

export interface Pages {
  /** Base of the links that are handed out. */
  publicUrl: string;
  mostPerPage: number;
}

/** `access`: gated repositories the caller may read. */
export function route(
  store: RepositoryStore,
  request: HubRequest,
  access: Set<string>,
  pages: Pages,
): Reply {
  const { url, token } = request;
  const path = decodeURIComponent(url.pathname);
  if (path === "/api/models") return listModels(store, request, pages);

  const resolved = path.match(RESOLVE);
  const [, id, call, revision, rest] = resolved
    ? [null, resolved[1], "resolve", resolved[2], resolved[3]]
    : (path.match(API) ?? []);
  if (id === undefined) return missing(token);

  const present = store.find(id) === null ? store.renamed(id) : null;
  if (present !== null) return redirect(307, url.pathname.replace(id, present) + url.search);
  const refused = hidden(store.find(id), token);
  if (refused !== null) return refused;
  const commit = store.find(id, revision);
  if (commit === null) return refusal(404, "RevisionNotFound", "Invalid rev id");

  if (call === "tree") return showTree(commit, rest ?? "", url.searchParams);
  if (call === "paths-info") return showPaths(commit, request.body);
  if (call === "resolve")
    return gate(commit, token, access) ?? sendFile(commit, rest ?? "", request);
  return showModel(commit, url.searchParams);
}
