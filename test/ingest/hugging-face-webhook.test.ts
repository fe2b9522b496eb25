/** What the Hub's webhooks say is a hint: which model to look at, and nothing more. */
import { describe, expect, it } from "vitest";
import { readWebhook } from "../../src/ingest/sources/hugging-face/webhook.ts";

const OLD = "a".repeat(40);
const NEW = "b".repeat(40);

/** A call as the Hub sends it; override what the test is about. */
const call = (
  changes: { scope?: string; action?: string; repo?: object; refs?: unknown } = {},
) => ({
  event: { action: changes.action ?? "update", scope: changes.scope ?? "repo.content" },
  repo: {
    type: "model",
    name: "acme/Tiny",
    id: "6366c000a2abcdf2fd69a080",
    private: false,
    headSha: NEW,
    owner: { id: "61d2000c3c2083e1c08af22d" },
    ...changes.repo,
  },
  updatedRefs:
    "refs" in changes ? changes.refs : [{ ref: "refs/heads/main", oldSha: OLD, newSha: NEW }],
  webhook: { id: "6390e855e30d9209411de93b", version: 3 },
});

describe("a webhook of the Hub", () => {
  it("names the model and the revision of its main branch", () => {
    expect(readWebhook(call())).toEqual({ huggingFaceId: "acme/Tiny", revision: NEW });
    expect(readWebhook(call({ refs: undefined }))).toMatchObject({ revision: NEW });
  });

  it("counts for every scope of a repository, new ones included", () => {
    for (const scope of ["repo", "repo.config", "repo.config.gated", "repo.something-new"]) {
      const found = readWebhook(call({ scope, refs: undefined }));
      expect(found, scope).toEqual({ huggingFaceId: "acme/Tiny", revision: null });
    }
    for (const action of ["create", "delete", "move"]) {
      expect(readWebhook(call({ scope: "repo", action }))).not.toBeNull();
    }
  });

  it("is nothing to us when it is of a pull request, a discussion or a data set", () => {
    expect(readWebhook(call({ refs: [{ ref: "refs/pr/1", newSha: NEW }] }))).toBeNull();
    expect(readWebhook(call({ scope: "discussion.comment" }))).toBeNull();
    expect(readWebhook(call({ repo: { type: "dataset" } }))).toBeNull();
  });

  it("is nothing to us when it makes no sense", () => {
    for (const name of ["../etc", "a b", "acme/../x", 7, null]) {
      expect(readWebhook(call({ repo: { name } })), String(name)).toBeNull();
    }
    for (const body of [null, 1, "text", [], {}]) expect(readWebhook(body)).toBeNull();
    expect(readWebhook(call({ repo: { headSha: 1 }, refs: [] }))).toMatchObject({ revision: null });
  });
});
