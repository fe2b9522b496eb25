/**
 * Models with their owners and families. `models` holds the effective facts, one column each so that
 * they can be filtered and indexed. Text keys are slugs: readable, and the same in every database.
 */
import { sql } from "drizzle-orm";
import {
  boolean,
  date,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  text,
} from "drizzle-orm/pg-core";
import type { Architecture } from "../../estimator/architecture.ts";
import type { MemoryProfile } from "../../estimator/index.ts";
import type {
  AttentionKind,
  FactName,
  Modality,
  ModelIssue,
  RopeScaling,
  Sampling,
  UseCase,
  Variant,
  WeightFormat,
} from "../facts.ts";
import { FIT_EXPRESSION, placeOf } from "../fit-coefficients.ts";
import { TERMS_EXPRESSION } from "../profile-terms.ts";
import { count, instant } from "./columns.ts";

/** What lists show. Written out, because a partial index does not serve a parameter. */
export const LISTED = sql.raw("status <> 'WITHDRAWN'");

/** One model in 256, the same ones each time; a number of them says how many there are of all. */
export const SAMPLED = sql.raw("hashtext(slug) & 255 = 0");
export const SAMPLE = 256;

/** Every number padded with zeros to nine digits. */
const NAME_SORT =
  "regexp_replace(regexp_replace(lower(name), '(\\d+)', '00000000\\1', 'g'), '\\d*(\\d{9})', '\\1', 'g')";

export const organizations = pgTable("organizations", {
  slug: text("slug").primaryKey(),
  name: text("name").notNull(),
});

export const families = pgTable(
  "families",
  {
    slug: text("slug").primaryKey(),
    name: text("name").notNull(),
    organizationSlug: text("organization_slug").references(() => organizations.slug),
  },
  (t) => [index("families_organization").on(t.organizationSlug, t.slug)],
);

export type ModelStatus = "LISTED" | "PARTIAL" | "WITHDRAWN";

export const models = pgTable(
  "models",
  {
    slug: text("slug").primaryKey(),
    huggingFaceId: text("hugging_face_id").notNull().unique(),
    name: text("name").notNull(),
    organizationSlug: text("organization_slug")
      .notNull()
      .references(() => organizations.slug),
    familySlug: text("family_slug").references(() => families.slug),
    variant: text("variant").$type<Variant>(),
    baseModel: text("base_model"),
    description: text("description"),
    status: text("status").$type<ModelStatus>().notNull(),

    totalParameters: count("total_parameters"),
    activeParameters: count("active_parameters"),
    componentParameters: jsonb("component_parameters").$type<Record<string, number>>(),
    statedParameters: count("stated_parameters"),
    contextLength: count("context_length"),
    extendedContextLength: count("extended_context_length"),
    /** What API providers serve, which may be less or more than the model's own. */
    servedContextLength: count("served_context_length"),
    ropeScaling: jsonb("rope_scaling").$type<RopeScaling>(),

    attentionKind: text("attention_kind").$type<AttentionKind>(),
    attentionWindow: count("attention_window"),
    layers: integer("layers"),
    hiddenSize: integer("hidden_size"),
    heads: integer("heads"),
    kvHeads: integer("kv_heads"),
    headDim: integer("head_dim"),
    vocabSize: integer("vocab_size"),
    feedForwardSize: integer("feed_forward_size"),
    experts: integer("experts"),
    activeExperts: integer("active_experts"),
    sharedExperts: integer("shared_experts"),
    denseLayers: integer("dense_layers"),
    activation: text("activation"),
    normalization: text("normalization"),
    positionEmbedding: text("position_embedding"),
    tiedEmbeddings: boolean("tied_embeddings"),
    architectureClass: text("architecture_class"),
    modelType: text("model_type"),
    weightFormat: jsonb("weight_format").$type<WeightFormat>(),

    inputModalities: text("input_modalities").$type<Modality>().array(),
    outputModalities: text("output_modalities").$type<Modality>().array(),
    useCases: text("use_cases").$type<UseCase>().array(),
    languages: text("languages").array(),
    tags: text("tags").array(),
    sampling: jsonb("sampling").$type<Sampling>(),

    license: text("license"),
    licenseName: text("license_name"),
    licenseUrl: text("license_url"),
    commercialUse: boolean("commercial_use"),
    releasedOn: date("released_on", { mode: "string" }),
    /** Page with providers' prices; prices themselves are not kept. */
    priceUrl: text("price_url"),

    /** Volatile figures: kept fresh without an event of their own. */
    downloads: count("downloads").notNull().default(0),
    likes: count("likes").notNull().default(0),

    architecture: jsonb("architecture").$type<Architecture>(),
    /** What the estimator needs to weigh the model, compiled once; null with a reason below. */
    memoryProfile: jsonb("memory_profile").$type<MemoryProfile>(),
    /** Why there is no memory profile. */
    vramReason: text("vram_reason"),
    estimatorVersion: integer("estimator_version"),
    issues: jsonb("issues").$type<ModelIssue[]>().notNull().default([]),
    /** Which source each effective fact came from. */
    factSources: jsonb("fact_sources").$type<Partial<Record<FactName, string>>>().notNull(),

    createdAt: instant("created_at").notNull().defaultNow(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
    /** The name as people sort it: case ignored, and each number by its value (7B before 72B). */
    nameSort: text("name_sort").notNull().generatedAlwaysAs(sql.raw(NAME_SORT)),
    /** Sort keys without nulls: cursors need a total order. */
    releasedSort: date("released_sort", { mode: "string" })
      .notNull()
      .generatedAlwaysAs(sql`coalesce(released_on, '0001-01-01'::date)`),
    parametersSort: count("parameters_sort")
      .notNull()
      .generatedAlwaysAs(sql`coalesce(total_parameters, 0)`),
    activeParametersSort: count("active_parameters_sort")
      .notNull()
      .generatedAlwaysAs(sql`coalesce(active_parameters, 0)`),
    contextSort: count("context_sort")
      .notNull()
      .generatedAlwaysAs(sql`coalesce(context_length, 0)`),
    // These two are always kept in the row, which may be 4 kB long for them (migration `rows_inline`);
    // beyond that Postgres keeps the longest of the others elsewhere.
    /** The memory profile as plain numbers, which "what fits" is computed from; see its file. */
    fit: doublePrecision("fit").array().generatedAlwaysAs(sql.raw(FIT_EXPRESSION)),
    /** What llama.cpp's estimates read of the profile, as plain numbers; see its file. */
    terms: doublePrecision("terms").array().generatedAlwaysAs(sql.raw(TERMS_EXPRESSION)),
    /** Name, id and family in one lower-case text, for trigram search. */
    searchText: text("search_text").notNull(),
  },
  (t) => [
    // Orders. The first also holds what fits, so that counting what fits reads nothing else.
    index("models_downloads").on(t.downloads, t.slug, t.fit, t.contextSort).where(LISTED),
    index("models_name").on(t.nameSort, t.slug).where(LISTED),
    index("models_released").on(t.releasedSort, t.slug).where(LISTED),
    index("models_parameters").on(t.parametersSort, t.slug).where(LISTED),
    index("models_active_parameters").on(t.activeParametersSort, t.slug).where(LISTED),
    index("models_context").on(t.contextSort, t.slug).where(LISTED),
    index("models_likes").on(t.likes, t.slug).where(LISTED),
    // What is searched by words, most downloaded first.
    index("models_text").on(t.downloads, t.slug, t.searchText).where(LISTED),
    // What can fit at all, and how many of those there are; see `fits.ts`.
    index("models_weights")
      .on(sql.raw(`(fit[${placeOf("F16")}])`))
      .where(LISTED),
    // What is counted instead of all, where there are too many, with what most filters look at; see
    // `model-count.ts`.
    index("models_sample")
      .on(
        t.slug,
        t.familySlug,
        t.organizationSlug,
        t.license,
        t.commercialUse,
        t.attentionKind,
        t.variant,
        t.experts,
        t.layers,
        t.parametersSort,
        t.activeParametersSort,
        t.contextSort,
        t.releasedSort,
        t.downloads,
        t.likes,
        t.inputModalities,
        t.outputModalities,
        t.useCases,
        t.searchText,
        t.fit,
      )
      .where(sql`${LISTED} and ${SAMPLED}`),
    // The same for counts of words alone, and of all: a twentieth of the pages.
    index("models_sample_text").on(t.searchText).where(sql`${LISTED} and ${SAMPLED}`),
    // Filters, with the order that lists have when nobody says another.
    index("models_family").on(t.familySlug, t.downloads, t.slug).where(LISTED),
    index("models_organization").on(t.organizationSlug, t.downloads, t.slug).where(LISTED),
    index("models_license").on(t.license, t.downloads, t.slug).where(LISTED),
    index("models_attention").on(t.attentionKind, t.downloads, t.slug).where(LISTED),
    index("models_variant").on(t.variant, t.downloads, t.slug).where(LISTED),
    index("models_base").on(t.baseModel, t.slug).where(LISTED),
    index("models_input_modalities").using("gin", t.inputModalities),
    index("models_output_modalities").using("gin", t.outputModalities),
    index("models_use_cases").using("gin", t.useCases),
    index("models_languages").using("gin", t.languages),
    index("models_tags").using("gin", t.tags),
    // Look-ups by this id do not mind upper and lower case.
    index("models_hugging_face_id").on(sql`lower(${t.huggingFaceId})`),
    index("models_search").using("gin", t.searchText.op("gin_trgm_ops")),
    index("models_words").using("gin", sql`to_tsvector('english', coalesce(description, ''))`),
  ],
);

/** `LISTED` of the models table or an alias of it, as a condition of a relational query. */
export const ONLY_LISTED = { RAW: (table: typeof models) => sql`${table.status} <> 'WITHDRAWN'` };

/**
 * Every word of letters that is in the search text of a model; a trigger adds them. There are few,
 * however many models there are, so that what a misspelt word may mean is found at once.
 */
export const searchWords = pgTable("search_words", { word: text("word").primaryKey() }, (t) => [
  index("search_words_like").using("gin", t.word.op("gin_trgm_ops")),
]);
