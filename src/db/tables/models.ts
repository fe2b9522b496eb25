/**
 * Models with their owners and families. `models` holds the effective facts, one column each so that
 * they can be filtered and indexed. Text keys are slugs: readable, and the same in every database.
 */
import { sql } from "drizzle-orm";
import { boolean, date, index, integer, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import type { Architecture } from "../../estimator/architecture.ts";
import type { MemoryProfile } from "../../estimator/index.ts";
import type {
  AttentionKind,
  FactName,
  Modality,
  ModelIssue,
  RopeScaling,
  UseCase,
  Variant,
  WeightFormat,
} from "../facts.ts";
import { count, instant } from "./columns.ts";

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

    license: text("license"),
    licenseName: text("license_name"),
    licenseUrl: text("license_url"),
    commercialUse: boolean("commercial_use"),
    releasedOn: date("released_on", { mode: "string" }),

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
    /** Sort keys without nulls: cursors need a total order. */
    releasedSort: date("released_sort", { mode: "string" })
      .notNull()
      .generatedAlwaysAs(sql`coalesce(released_on, '0001-01-01'::date)`),
    parametersSort: count("parameters_sort")
      .notNull()
      .generatedAlwaysAs(sql`coalesce(total_parameters, 0)`),
    /** Name, id and family in one lower-case text, for trigram search. */
    searchText: text("search_text").notNull(),
  },
  (t) => [
    index("models_downloads").on(t.downloads, t.slug),
    // Look-ups by this id do not mind upper and lower case.
    index("models_hugging_face_id").on(sql`lower(${t.huggingFaceId})`),
    index("models_name").on(t.name, t.slug),
    index("models_released").on(t.releasedSort, t.slug),
    index("models_parameters").on(t.parametersSort, t.slug),
    index("models_family").on(t.familySlug, t.slug),
    index("models_organization").on(t.organizationSlug, t.slug),
    index("models_license").on(t.license, t.slug),
    index("models_search").using("gin", t.searchText.op("gin_trgm_ops")),
  ],
);
