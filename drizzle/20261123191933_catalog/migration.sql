CREATE TABLE "artifacts" (
	"model_slug" text,
	"source_id" text,
	"external_id" text,
	"kind" text,
	"label" text,
	"files" integer NOT NULL,
	"bytes" bigint NOT NULL,
	"parameters" bigint,
	CONSTRAINT "artifacts_pkey" PRIMARY KEY("model_slug","source_id","external_id","kind","label")
);
--> statement-breakpoint
CREATE TABLE "catalog_events" (
	"number" bigint PRIMARY KEY,
	"kind" text NOT NULL,
	"model_slug" text,
	"family_slug" text,
	"organization_slug" text,
	"source_id" text NOT NULL,
	"message" text NOT NULL,
	"changes" jsonb NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "catalog_state" (
	"id" integer PRIMARY KEY,
	"last_event" bigint NOT NULL,
	"writes" bigint NOT NULL,
	"log_id" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "families" (
	"slug" text PRIMARY KEY,
	"name" text NOT NULL,
	"organization_slug" text
);
--> statement-breakpoint
CREATE TABLE "ingest_runs" (
	"id" text PRIMARY KEY,
	"source_id" text NOT NULL,
	"status" text NOT NULL,
	"listed" integer DEFAULT 0 NOT NULL,
	"created" integer DEFAULT 0 NOT NULL,
	"updated" integer DEFAULT 0 NOT NULL,
	"unchanged" integer DEFAULT 0 NOT NULL,
	"partial" integer DEFAULT 0 NOT NULL,
	"quarantined" integer DEFAULT 0 NOT NULL,
	"skipped" integer DEFAULT 0 NOT NULL,
	"failed" integer DEFAULT 0 NOT NULL,
	"error" text,
	"seconds" double precision,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "models" (
	"slug" text PRIMARY KEY,
	"hugging_face_id" text NOT NULL UNIQUE,
	"name" text NOT NULL,
	"organization_slug" text NOT NULL,
	"family_slug" text,
	"variant" text,
	"base_model" text,
	"description" text,
	"status" text NOT NULL,
	"total_parameters" bigint,
	"active_parameters" bigint,
	"component_parameters" jsonb,
	"stated_parameters" bigint,
	"context_length" bigint,
	"extended_context_length" bigint,
	"rope_scaling" jsonb,
	"attention_kind" text,
	"attention_window" bigint,
	"layers" integer,
	"hidden_size" integer,
	"heads" integer,
	"kv_heads" integer,
	"head_dim" integer,
	"vocab_size" integer,
	"feed_forward_size" integer,
	"experts" integer,
	"active_experts" integer,
	"shared_experts" integer,
	"dense_layers" integer,
	"activation" text,
	"normalization" text,
	"position_embedding" text,
	"tied_embeddings" boolean,
	"architecture_class" text,
	"model_type" text,
	"weight_format" jsonb,
	"input_modalities" text[],
	"output_modalities" text[],
	"use_cases" text[],
	"languages" text[],
	"tags" text[],
	"license" text,
	"license_name" text,
	"license_url" text,
	"commercial_use" boolean,
	"released_on" date,
	"downloads" bigint DEFAULT 0 NOT NULL,
	"likes" bigint DEFAULT 0 NOT NULL,
	"architecture" jsonb,
	"memory_profile" jsonb,
	"vram_reason" text,
	"estimator_version" integer,
	"issues" jsonb DEFAULT '[]' NOT NULL,
	"fact_sources" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"released_sort" date GENERATED ALWAYS AS (coalesce(released_on, '0001-01-01'::date)) STORED NOT NULL,
	"parameters_sort" bigint GENERATED ALWAYS AS (coalesce(total_parameters, 0)) STORED NOT NULL,
	"search_text" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "organizations" (
	"slug" text PRIMARY KEY,
	"name" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "quarantine" (
	"source_id" text,
	"external_id" text,
	"revision" text,
	"code" text NOT NULL,
	"reason" text NOT NULL,
	"first_seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "quarantine_pkey" PRIMARY KEY("source_id","external_id")
);
--> statement-breakpoint
CREATE TABLE "source_records" (
	"source_id" text,
	"external_id" text,
	"model_slug" text,
	"revision" text,
	"url" text,
	"state" text NOT NULL,
	"outcome" text NOT NULL,
	"reason" text,
	"facts" jsonb NOT NULL,
	"origins" jsonb NOT NULL,
	"issues" jsonb NOT NULL,
	"reader_version" integer NOT NULL,
	"files" jsonb NOT NULL,
	"content_hash" text NOT NULL,
	"fetched_at" timestamp with time zone NOT NULL,
	CONSTRAINT "source_records_pkey" PRIMARY KEY("source_id","external_id")
);
--> statement-breakpoint
CREATE TABLE "sources" (
	"id" text PRIMARY KEY,
	"title" text NOT NULL,
	"schedule" text,
	"next_run_at" timestamp with time zone,
	"healthy" boolean DEFAULT true NOT NULL,
	"last_error" text,
	"last_success_at" timestamp with time zone
);
--> statement-breakpoint
CREATE INDEX "catalog_events_model" ON "catalog_events" ("model_slug","number");--> statement-breakpoint
CREATE INDEX "families_organization" ON "families" ("organization_slug","slug");--> statement-breakpoint
CREATE INDEX "ingest_runs_source" ON "ingest_runs" ("source_id","started_at");--> statement-breakpoint
CREATE INDEX "models_downloads" ON "models" ("downloads","slug");--> statement-breakpoint
CREATE INDEX "models_hugging_face_id" ON "models" (lower("hugging_face_id"));--> statement-breakpoint
CREATE INDEX "models_name" ON "models" ("name","slug");--> statement-breakpoint
CREATE INDEX "models_released" ON "models" ("released_sort","slug");--> statement-breakpoint
CREATE INDEX "models_parameters" ON "models" ("parameters_sort","slug");--> statement-breakpoint
CREATE INDEX "models_family" ON "models" ("family_slug","slug");--> statement-breakpoint
CREATE INDEX "models_organization" ON "models" ("organization_slug","slug");--> statement-breakpoint
CREATE INDEX "models_license" ON "models" ("license","slug");--> statement-breakpoint
CREATE INDEX "models_search" ON "models" USING gin ("search_text" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "source_records_model" ON "source_records" ("model_slug");--> statement-breakpoint
CREATE INDEX "source_records_external" ON "source_records" ("external_id");--> statement-breakpoint
ALTER TABLE "artifacts" ADD CONSTRAINT "artifacts_model_slug_models_slug_fkey" FOREIGN KEY ("model_slug") REFERENCES "models"("slug");--> statement-breakpoint
ALTER TABLE "catalog_events" ADD CONSTRAINT "catalog_events_model_slug_models_slug_fkey" FOREIGN KEY ("model_slug") REFERENCES "models"("slug");--> statement-breakpoint
ALTER TABLE "families" ADD CONSTRAINT "families_organization_slug_organizations_slug_fkey" FOREIGN KEY ("organization_slug") REFERENCES "organizations"("slug");--> statement-breakpoint
ALTER TABLE "ingest_runs" ADD CONSTRAINT "ingest_runs_source_id_sources_id_fkey" FOREIGN KEY ("source_id") REFERENCES "sources"("id");--> statement-breakpoint
ALTER TABLE "models" ADD CONSTRAINT "models_organization_slug_organizations_slug_fkey" FOREIGN KEY ("organization_slug") REFERENCES "organizations"("slug");--> statement-breakpoint
ALTER TABLE "models" ADD CONSTRAINT "models_family_slug_families_slug_fkey" FOREIGN KEY ("family_slug") REFERENCES "families"("slug");--> statement-breakpoint
ALTER TABLE "source_records" ADD CONSTRAINT "source_records_model_slug_models_slug_fkey" FOREIGN KEY ("model_slug") REFERENCES "models"("slug");