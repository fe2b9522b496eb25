/**
 * The Hub's answers in general: JSON, refusals with their codes, and who may see what. Refusals carry
 * their meaning in `X-Error-Code` and `X-Error-Message`, beside a status that several share.
 */
import type { Commit } from "./repository.ts";

export interface HubRequest {
  method: string;
  url: URL;
  headers: Record<string, string | undefined>;
  body: string;
  /** Set when the bearer token is one that the server knows. */
  token: string | null;
}

export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

export function json(value: unknown, headers: Record<string, string> = {}): Reply {
  const type = { "content-type": "application/json; charset=utf-8" };
  return {
    status: 200,
    headers: { ...type, ...headers },
    body: Buffer.from(JSON.stringify(value)),
  };
}

export function refusal(status: number, code: string | null, message: string): Reply {
  const reply = json({ error: message }, { "x-error-message": message });
  if (code !== null) reply.headers["x-error-code"] = code;
  return { ...reply, status };
}

export function redirect(status: number, location: string): Reply {
  return { status, headers: { location }, body: Buffer.alloc(0) };
}

/** Missing and private look the same to a stranger. */
export function missing(token: string | null): Reply {
  if (token === null) return refusal(401, "RepoNotFound", "Repository not found");
  return refusal(404, "RepoNotFound", "Repository not found");
}

/** Null when the repository may be seen at all. */
export function hidden(commit: Commit | null, token: string | null): Reply | null {
  if (commit === null || (commit.repo.private === true && token === null)) return missing(token);
  if (commit.repo.disabled) return refusal(403, null, "Access to this resource is disabled.");
  return null;
}

/** Null when the repository's files may be read. `access` holds the repositories a token may read. */
export function gate({ repo }: Commit, token: string | null, access: Set<string>): Reply | null {
  if (!repo.gated || access.has(repo.id)) return null;
  const restricted = `Access to model ${repo.id} is restricted`;
  if (token === null) {
    return refusal(
      401,
      "GatedRepo",
      `${restricted}. You must have access to it and be authenticated.`,
    );
  }
  return refusal(403, "GatedRepo", `${restricted} and you are not in the authorized list.`);
}
