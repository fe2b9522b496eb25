/** `search`: models by what people type into a box, best first, with what was found marked. */

import { getSchemaConfig, queryFromInfo } from "@pothos/plugin-drizzle";
import { inArray, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { models } from "../db/tables.ts";
import { builder } from "./builder.ts";
import { described } from "./enums.ts";
import { ModelFilter, modelConditions } from "./filters.ts";
import { highlight, type TextPart } from "./highlight.ts";
import { Model } from "./model.ts";
import { checkPageSize } from "./page.ts";
import { Quantization } from "./quantization.ts";
import { withAllWords, withSomeWords } from "./search-candidates.ts";
import { LEAST_SCORE, searchScore } from "./search-rank.ts";
import { type SearchWords, searchWords } from "./search-words.ts";

type Place = "NAME" | "HUGGING_FACE_ID" | "DESCRIPTION";

interface Highlight {
  place: Place;
  parts: TextPart[];
}

interface Hit {
  model: { slug: string };
  score: number;
  highlights: Highlight[];
}

const PlaceEnum = builder.enumType("SearchPlace", {
  description: "Where a search found something.",
  values: described<Place>({
    NAME: "The display name.",
    HUGGING_FACE_ID: "The id on Hugging Face.",
    DESCRIPTION: "The description.",
  }),
});

const TextPartType = builder.objectRef<TextPart>("TextPart").implement({
  description: "A piece of a text; all pieces in their order make the whole.",
  fields: (t) => ({
    text: t.exposeString("text", { description: "The piece." }),
    matched: t.exposeBoolean("matched", { description: "True for what was searched for." }),
  }),
});

const HighlightType = builder.objectRef<Highlight>("SearchHighlight").implement({
  description: "A text in which something was found.",
  fields: (t) => ({
    place: t.field({
      type: PlaceEnum,
      description: "Which text it is.",
      resolve: ({ place }) => place,
    }),
    parts: t.field({
      type: [TextPartType],
      description: "The text in pieces, found or not.",
      resolve: ({ parts }) => parts,
    }),
  }),
});

const HitType = builder.objectRef<Hit>("SearchHit").implement({
  description: "A model that a search found.",
  fields: (t) => ({
    model: t.field({ type: Model, description: "The model.", resolve: ({ model }) => model }),
    score: t.exposeFloat("score", {
      description: "How well it answers, 0 to 1: the mean over all words, 1 for a whole word.",
    }),
    highlights: t.field({
      type: [HighlightType],
      description: "Its texts in which something was found.",
      resolve: ({ highlights }) => highlights,
    }),
  }),
});

const SearchAnswer = builder.objectRef<SearchWords & { hits: Hit[] }>("SearchAnswer").implement({
  description: "What a search was understood as, and what it found.",
  fields: (t) => ({
    words: t.exposeStringList("words", { description: "The words that were looked for." }),
    quantization: t.field({
      type: Quantization,
      nullable: true,
      description: "The weight format among them, such as Q4_K_M for `q4`; null when none was.",
      resolve: ({ quant }) => quant,
    }),
    hits: t.field({
      type: [HitType],
      description: "The models, best first; of equals the most downloaded.",
      complexity: { field: 1, multiplier: 1 },
      resolve: ({ hits }) => hits,
    }),
  }),
});

builder.queryField("search", (t) =>
  t.field({
    type: SearchAnswer,
    description:
      "Models by what people type: words in any order, with typing mistakes, with or without a weight format, such as `qwen 3.5 35b q4`.",
    args: {
      text: t.arg.string({ required: true, description: "At most 200 characters and 8 words." }),
      filter: t.arg({ type: ModelFilter, description: "Only among these; all when left out." }),
      first: t.arg.int({ required: true, defaultValue: 10, description: "How many: 0 to 100." }),
    },
    resolve: async (_root, { text, filter, first }, context, info) => {
      checkPageSize("first", first);
      const { words, quant } = searchWords("text", text);
      const found = await findModels(context.db, modelConditions(models, filter), words, first);
      const query = queryFromInfo({
        config: getSchemaConfig(builder),
        context,
        info,
        typeName: "Model",
        path: ["hits", "model"],
        columns: { slug: true },
        where: {
          RAW: (table: typeof models) =>
            inArray(
              table.slug,
              found.map((hit) => hit.slug),
            ),
        },
      });
      const rows = found.length > 0 ? await context.db.query.models.findMany(query) : [];
      const bySlug = new Map(rows.map((row) => [row.slug, row]));
      const hits = found.flatMap((hit) => {
        const model = bySlug.get(hit.slug);
        return model ? [{ model, score: hit.score, highlights: highlightsOf(hit, words) }] : [];
      });
      return { words, quant, hits };
    },
  }),
);

interface Found {
  slug: string;
  name: string;
  huggingFaceId: string;
  description: string | null;
  score: number;
}

/** The best models, with what they are known by. */
async function findModels(
  db: Database,
  filter: SQL,
  words: string[],
  first: number,
): Promise<Found[]> {
  const found = await best(db, withAllWords(filter, words, first), words, first);
  if (found.length === first || words.length === 0) return found;
  return best(db, await withSomeWords(db, filter, words, first), words, first);
}

/** The best of the candidates. */
function best(db: Database, candidates: SQL, words: string[], first: number): Promise<Found[]> {
  const { slug, name, huggingFaceId, description, downloads } = models;
  const scored = sql`select ${slug} as slug, ${name} as name, ${huggingFaceId} as "huggingFaceId",
      ${description} as description, ${downloads} as downloads, ${searchScore(models, words)} as score
    from ${models} where ${slug} in (${candidates}) offset 0`;
  const statement = sql`select slug, name, "huggingFaceId", description, score from (${scored}) as scored
    where score >= ${LEAST_SCORE} order by score desc, downloads desc, slug limit ${first}`;
  return db.execute<Found & Record<string, unknown>>(statement);
}

function highlightsOf(
  texts: { name: string; huggingFaceId: string; description: string | null },
  words: string[],
): Highlight[] {
  const places: [Place, string | null][] = [
    ["NAME", texts.name],
    ["HUGGING_FACE_ID", texts.huggingFaceId],
    ["DESCRIPTION", texts.description],
  ];
  return places.flatMap(([place, text]) => {
    const parts = text ? highlight(text, words) : null;
    return parts ? [{ place, parts }] : [];
  });
}
