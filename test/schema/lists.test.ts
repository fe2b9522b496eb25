/** Lists of models: filters, orders, pages and counts that agree with one another. */
import { describe, expect, it } from "vitest";
import { useCatalog } from "./catalog.ts";

const catalog = useCatalog();

async function slugs(filter: string): Promise<string[]> {
  const { models } = await catalog.ask(`{
    models(first: 100, filter: { ${filter} }, orderBy: { field: NAME, direction: ASC }) {
      totalCount
      nodes { slug }
    }
  }`);
  expect(models.totalCount).toBe(models.nodes.length);
  return models.nodes.map(({ slug }: { slug: string }) => slug);
}

describe("a filter", () => {
  it("matches every word of a search, in any case and any order", async () => {
    expect(await slugs('search: "8B LLAMA"')).toEqual(["llama-3.1-8b", "llama-3.1-8b-instruct"]);
    expect(await slugs('search: "no such model"')).toEqual([]);
  });

  it("takes the wildcards of LIKE as plain characters", async () => {
    expect(await slugs('search: "lla%ma"')).toEqual([]);
    expect(await slugs('search: "lla\\\\ma"')).toEqual([]);
  });

  it("narrows nothing when the search is blank", async () => {
    expect((await slugs('search: "  "')).length).toBe(14);
  });

  it("narrows by family, organization and licence", async () => {
    expect(await slugs('families: ["deepseek-v3"]')).toEqual(["deepseek-v3", "deepseek-v3.1"]);
    expect(await slugs('organizations: ["openai"]')).toEqual(["gpt-oss-20b"]);
    expect(await slugs('licenses: ["Apache-2.0"]')).toContain("gpt-oss-20b");
  });

  it("narrows by architecture, attention and modality", async () => {
    expect(await slugs("architecture: MOE, attention: [GQA]")).toEqual(["gpt-oss-20b"]);
    expect(await slugs("attention: [SSM, RWKV]")).toEqual(["mamba-2.8b-hf", "rwkv7-2.9b-world"]);
    expect(await slugs("inputModalities: [IMAGE]")).toContain("gemma-3-27b-it");
  });

  it("narrows by ranges of parameters, context and release", async () => {
    const small = await slugs("totalParameters: { max: 9000000000 }");
    expect(small).toContain("llama-3.1-8b");
    expect(small).not.toContain("deepseek-v3");
    expect(
      await slugs('released: { from: "2026-01-01" }, contextLength: { min: 1000000 }'),
    ).toEqual(["deepseek-v4-flash"]);
  });

  it("narrows to what fits a device", async () => {
    const fits = 'fits: { device: "nvidia-geforce-rtx-4090-24gb", quant: Q4_K_M, ctx: 8192 }';
    const fitting = await slugs(fits);
    expect(fitting).toContain("gpt-oss-20b");
    expect(fitting).not.toContain("deepseek-v3");
  });
});

describe("a page", () => {
  it.each(["DOWNLOADS", "NAME", "RELEASED", "PARAMETERS"])(
    "goes through all models once, forwards and backwards, by %s",
    async (field) => {
      for (const direction of ["ASC", "DESC"]) {
        const orderBy = { field, direction };
        const whole = await catalog.ask(
          "query ($orderBy: ModelOrder) { models(first: 100, orderBy: $orderBy) { nodes { slug } } }",
          { orderBy },
        );
        const all = whole.models.nodes.map(({ slug }: { slug: string }) => slug);
        expect(await walk("first", "after", orderBy)).toEqual(all);
        expect(await walk("last", "before", orderBy)).toEqual(all);
      }
    },
  );

  it("counts without reading a page when only the count is asked", async () => {
    expect(await catalog.ask("{ models { totalCount } }")).toEqual({ models: { totalCount: 14 } });
    expect(catalog.statements.length).toBe(1);
  });

  it("takes one statement however long it is", async () => {
    const fields = `nodes {
      slug name headline { value } family { name } organization { name }
      vram(quant: Q4_K_M, ctx: 8192) { total { gib } }
      siblings(first: 2) { slug }
    }`;
    for (const first of [1, 14]) {
      await catalog.ask(`{ models(first: ${first}) { ${fields} } }`);
      expect(catalog.statements.length).toBe(1);
    }
  });

  it("of devices keeps its place by slug", async () => {
    const first = await catalog.ask(
      "{ devices(first: 3) { nodes { slug } pageInfo { endCursor } } }",
    );
    const { endCursor } = first.devices.pageInfo;
    const next = await catalog.ask(
      "query ($after: String) { devices(first: 1, after: $after) { nodes { slug } pageInfo { startCursor hasPreviousPage } } }",
      { after: endCursor },
    );
    const all = await catalog.ask("{ devices(first: 4) { nodes { slug } } }");
    expect([...first.devices.nodes, ...next.devices.nodes]).toEqual(all.devices.nodes);
    expect(next.devices.pageInfo.hasPreviousPage).toBe(true);
  });
});

async function walk(size: "first" | "last", from: "after" | "before", orderBy: object) {
  const seen: string[] = [];
  let cursor: string | null = null;
  const query = `query ($cursor: String, $orderBy: ModelOrder) {
    models(${size}: 4, ${from}: $cursor, orderBy: $orderBy) {
      nodes { slug }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }`;
  for (let more = true; more; ) {
    const { models } = await catalog.ask(query, { cursor, orderBy });
    const page = models.nodes.map(({ slug }: { slug: string }) => slug);
    seen[size === "first" ? "push" : "unshift"](...page);
    const { pageInfo } = models;
    more = size === "first" ? pageInfo.hasNextPage : pageInfo.hasPreviousPage;
    cursor = size === "first" ? pageInfo.endCursor : pageInfo.startCursor;
  }
  return seen;
}
