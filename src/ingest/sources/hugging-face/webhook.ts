/**
 * The Hub's webhooks, read as hints: which repository may have changed, and to which revision. Nothing
 * else of a call is believed, because whoever has the secret could have made it up; the repository is
 * looked at before anything is stored.
 */
import * as z from "zod";
import { REPOSITORY_ID } from "./protocol.ts";

const revision = z.string().regex(/^[0-9a-f]{40}$/);

const call = z.object({
  event: z.object({ scope: z.string() }),
  repo: z.object({
    type: z.string(),
    name: z.string().regex(REPOSITORY_ID),
    headSha: revision.nullish().catch(null),
  }),
  updatedRefs: z
    .array(z.object({ ref: z.string(), newSha: revision.nullish().catch(null) }))
    .nullish()
    .catch(null),
});

export interface Hint {
  huggingFaceId: string;
  /** Null where the call does not say. */
  revision: string | null;
}

/** Null for what is none of our business: discussions, data sets, branches other than main. */
export function readWebhook(body: unknown): Hint | null {
  const parsed = call.safeParse(body);
  if (!parsed.success) return null;
  const { event, repo, updatedRefs } = parsed.data;
  // Scopes that are new to us are narrower ones of those we know.
  const isOfRepository = event.scope === "repo" || event.scope.startsWith("repo.");
  if (!isOfRepository || repo.type !== "model") return null;
  const main = updatedRefs?.find(({ ref }) => ref === "refs/heads/main");
  // A pull request writes to a ref of its own.
  if (updatedRefs && updatedRefs.length > 0 && !main) return null;
  // Only new content is told from old by its revision; other changes keep it.
  const isContent = event.scope.startsWith("repo.content");
  return {
    huggingFaceId: repo.name,
    revision: isContent ? (main?.newSha ?? repo.headSha ?? null) : null,
  };
}
