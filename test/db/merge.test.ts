/** Which source is believed for which field. */
import { describe, expect, it } from "vitest";
import type { ModelFacts } from "../../src/db/facts.ts";
import { mergeFacts } from "../../src/db/merge.ts";
import { smallArchitecture } from "../helpers/records.ts";

type Said = Record<string, Partial<ModelFacts>>;

const merged = (said: Said) =>
  mergeFacts(
    Object.entries(said).map(([sourceId, facts]) => {
      return { sourceId, facts, issues: [], reason: null };
    }),
  );
/** The source that is believed for a fact that all of them state. */
function believed(fact: keyof ModelFacts, sources: string[], value: unknown = "x") {
  const said = Object.fromEntries(sources.map((id) => [id, { [fact]: value }]));
  const forward = merged(said).sources[fact] ?? null;
  const backward = merged(Object.fromEntries(Object.entries(said).reverse())).sources[fact] ?? null;
  expect(backward).toBe(forward);
  return forward;
}

const ALL = [
  "openrouter",
  "models-dev",
  "snapshot",
  "modelscope",
  "hugging-face",
  "file",
  "editorial",
  "overrides",
];

/** Sources from the last believed to the first: each wins until the next one speaks. */
function orderOf(fact: keyof ModelFacts): string[] {
  const order: string[] = [];
  let left = ALL;
  for (;;) {
    const first = believed(fact, left);
    if (first === null) return order;
    order.push(first);
    left = left.filter((id) => id !== first);
  }
}

describe("the rank of sources", () => {
  it("goes from corrections by hand down to the bundled snapshot", () => {
    expect(orderOf("contextLength")).toEqual([
      "overrides",
      "editorial",
      "file",
      "hugging-face",
      "modelscope",
      "snapshot",
    ]);
  });

  it("never takes a shape or a model's own context from those who serve it", () => {
    for (const fact of ["architecture", "layers", "kvHeads", "contextLength", "name"] as const) {
      expect(believed(fact, ["models-dev", "openrouter"])).toBeNull();
    }
  });

  it("takes release dates from announcements before the age of a repository", () => {
    expect(believed("releasedOn", ["hugging-face", "models-dev", "snapshot"])).toBe("models-dev");
    expect(believed("releasedOn", ["hugging-face", "snapshot"])).toBe("hugging-face");
    expect(believed("releasedOn", ["models-dev", "editorial"])).toBe("editorial");
  });

  it("takes licences and modalities from the publisher before listings", () => {
    expect(believed("license", ["models-dev", "snapshot"])).toBe("snapshot");
    expect(believed("inputModalities", ["models-dev", "hugging-face"])).toBe("hugging-face");
    expect(believed("license", ["models-dev", "openrouter"])).toBe("models-dev");
    expect(believed("license", ["openrouter"])).toBeNull();
  });

  it("takes the served context from who serves before who documents", () => {
    expect(orderOf("servedContextLength").slice(0, 4)).toEqual([
      "overrides",
      "file",
      "openrouter",
      "models-dev",
    ]);
  });

  it("puts sources it does not know last", () => {
    expect(believed("license", ["somebody", "snapshot"])).toBe("snapshot");
    expect(believed("license", ["somebody"])).toBe("somebody");
  });
});

describe("merging", () => {
  it("lets an unknown value hide nothing, whoever says it", () => {
    const { facts, sources } = merged({
      overrides: { license: null },
      snapshot: { license: "MIT" },
    });
    expect(facts.license).toBe("MIT");
    expect(sources.license).toBe("snapshot");
  });

  it("explains itself with the issues of the source whose shape is believed", () => {
    const issue = { code: "FALLBACK_COPY", field: "architecture", message: "A copy." };
    const gated = { sourceId: "hugging-face", facts: {}, issues: [], reason: "gated" };
    const copy = {
      sourceId: "modelscope",
      facts: { architecture: smallArchitecture },
      issues: [issue],
      reason: null,
    };
    expect(mergeFacts([gated, copy])).toMatchObject({ issues: [issue], reason: null });
    expect(mergeFacts([gated])).toMatchObject({ issues: [], reason: "gated" });
  });
});
