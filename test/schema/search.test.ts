/** Search as people type: words in any order, typing mistakes, weight formats, ranked and marked. */
import { describe, expect, it } from "vitest";
import { BUNDLED, useCatalog } from "./catalog.ts";

const catalog = useCatalog(BUNDLED);

const SEARCH = `query ($text: String!, $filter: ModelFilter, $first: Int! = 10) {
  search(text: $text, filter: $filter, first: $first) {
    words
    quantization { name }
    hits {
      score
      model { slug name family { name } vram(quant: Q4_K_M, ctx: 8192) { total { gib } } }
      highlights { place parts { text matched } }
    }
  }
}`;

const search = async (text: string, more = {}) =>
  (await catalog.ask(SEARCH, { text, ...more })).search;

const slugs = async (text: string, more = {}): Promise<string[]> =>
  (await search(text, more)).hits.map((hit: { model: { slug: string } }) => hit.model.slug);

describe("a search", () => {
  it.each([
    ["deepseek v3", "deepseek-v3"],
    ["Qwen 3.5 35b", "qwen3.5-35b-a3b"],
    ["35B qwen3.5", "qwen3.5-35b-a3b"],
    ["Qwen/Qwen3.5-35B-A3B", "qwen3.5-35b-a3b"],
    ["gpt oss 20", "gpt-oss-20b"],
    ["meta llama 3.1 8b instruct", "llama-3.1-8b-instruct"],
    ["qwne 3.5 35b", "qwen3.5-35b-a3b"],
    ["deepsek v3", "deepseek-v3"],
    ["gema 3 27b", "gemma-3-27b-it"],
    ["mistrl 7b instruct v0.3", "mistral-7b-instruct-v0.3"],
    ["phi4", "phi-4"],
    ["gemma3:27b", "gemma-3-27b-it"],
    ["llama3.1 8b instruct", "llama-3.1-8b-instruct"],
    ["gemma3n", "gemma-3n-e4b-it"],
  ])("for %j finds %s first", async (text, slug) => {
    expect((await slugs(text))[0]).toBe(slug);
  });

  it.each([
    ["qwen 3.5 35b q4", "Q4_K_M", ["qwen", "3.5", "35b"]],
    ["llama IQ2-XXS", "IQ2_XXS", ["llama"]],
    ["gemma 3 27b q8_0", "Q8_0", ["gemma", "3", "27b"]],
    ["phi 4-bit", "Q4_K_M", ["phi"]],
    ["qwen", null, ["qwen"]],
  ])("takes the weight format out of %j", async (text, quant, words) => {
    const answer = await search(text);
    expect(answer.quantization?.name ?? null).toBe(quant);
    expect(answer.words).toEqual(words);
    expect(answer.hits.length).toBeGreaterThan(0);
  });

  it("narrows a list by names as people join them", async () => {
    const list = `query ($search: String!) { models(filter: { search: $search }, first: 100) { nodes { slug } } }`;
    for (const [text, slug] of [
      ["gemma3:27b", "gemma-3-27b-it"],
      ["phi4 q4", "phi-4"],
      ["llama3.1:8b", "llama-3.1-8b-instruct"],
    ]) {
      const { nodes } = (await catalog.ask(list, { search: text })).models;
      expect(nodes.map((node: { slug: string }) => node.slug)).toContain(slug);
      expect(nodes.length).toBeLessThan(20);
    }
  });

  it("of a weight format alone lists all models", async () => {
    const { words, hits } = await search("q4", { first: 5 });
    expect(words).toEqual([]);
    expect(hits.map(({ score }: { score: number }) => score)).toEqual([1, 1, 1, 1, 1]);
  });

  it("ranks whole words above parts, and says how well each hit answers", async () => {
    const { hits } = await search("llama 8b", { first: 50 });
    const scores = hits.map(({ score }: { score: number }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(scores[0]).toBe(1);
    expect(scores.at(-1)).toBeGreaterThanOrEqual(0.4);
  });

  it("marks what it found, also where it was misspelt", async () => {
    const { hits } = await search("qwne 3.5 35b");
    const name = hits[0].highlights.find(({ place }: { place: string }) => place === "NAME");
    expect(name.parts).toEqual([
      { text: "Qwen3.5", matched: true },
      { text: " ", matched: false },
      { text: "35B", matched: true },
      { text: " A3B", matched: false },
    ]);
    expect(name.parts.map(({ text }: { text: string }) => text).join("")).toBe(hits[0].model.name);
  });

  it("finds words of the description in other forms", async () => {
    const { models } = await catalog.ask("{ models(first: 100) { nodes { slug description } } }");
    const told = models.nodes.filter(({ description }: { description: string | null }) =>
      /\bretrieval\b/i.test(description ?? ""),
    );
    expect(told.length).toBeGreaterThan(0);
    expect(await slugs("retrievals", { first: 100 })).toEqual(
      expect.arrayContaining(told.map(({ slug }: { slug: string }) => slug)),
    );
  });

  it("stays within a filter of lists", async () => {
    const filter = { useCases: ["CODE"], inputModalities: ["TEXT"] };
    const all = await slugs("qwen coder", { first: 100 });
    const found = await slugs("qwen coder", { filter, first: 100 });
    expect(found.length).toBeGreaterThan(0);
    expect(all).toEqual(expect.arrayContaining(found));
    expect(await slugs("qwen", { filter: { tags: ["no such tag", "{}"] } })).toEqual([]);
  });

  it("stays within a filter", async () => {
    const found = await slugs("instruct", { filter: { organizations: ["qwen"] }, first: 100 });
    expect(found.length).toBeGreaterThan(1);
    expect(found.every((slug) => slug.includes("qw"))).toBe(true);
  });

  it("finds nothing for what is not there, and takes wildcards as plain characters", async () => {
    expect(await slugs("zzyzxqj")).toEqual([]);
    expect(await slugs("a😀b 'c\\d ((e[f {g} h*i?")).toEqual([]);
    expect(await slugs("%a%")).toEqual(await slugs("a"));
  });

  it("takes two statements however many it finds", async () => {
    for (const first of [1, 50]) {
      await search("instruct", { first });
      expect(catalog.statements.length).toBe(2);
    }
  });

  it.each([
    ["nothing", ""],
    ["blanks", "   "],
    ["signs alone", "-- %% //"],
    ["10,000 characters", "x".repeat(10_000)],
    ["many words", "a b c d e f g h i"],
    ["a NUL", "a\0b"],
  ])("of %s is refused", async (_what, text) => {
    const { errors } = await catalog.answer(SEARCH, { text });
    expect(errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT", argument: "text" });
    expect(errors?.[0]?.message.length).toBeLessThan(300);
  });
});
