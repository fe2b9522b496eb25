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
	"served_context_length" bigint,
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
	"price_url" text,
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
	"active_parameters_sort" bigint GENERATED ALWAYS AS (coalesce(active_parameters, 0)) STORED NOT NULL,
	"context_sort" bigint GENERATED ALWAYS AS (coalesce(context_length, 0)) STORED NOT NULL,
	"fit" double precision[] GENERATED ALWAYS AS (case when jsonb_array_length(memory_profile->'cache'->'segments') <= 4 then array[coalesce((memory_profile->'cache'->>'fixedBytesPerSequence')::float8, 0) + coalesce((memory_profile->'cache'->>'stateBytesPerSequence')::float8, 0), coalesce((memory_profile->'compute'->>'peakElements')::float8, 0), coalesce((memory_profile->'compute'->>'cellElements')::float8, 0), coalesce((memory_profile->'compute'->>'outputElements')::float8, 0), coalesce((memory_profile->'compute'->>'vocabSize')::float8, 0), case when (memory_profile->'compute'->>'fullMask')::boolean then 1 else 0 end, case when jsonb_path_exists(memory_profile, '$.cache.keyHeadWidths[*] ? (@ % 32 != 0)') or jsonb_path_exists(memory_profile, '$.cache.valueHeadWidths[*] ? (@ % 32 != 0)') then 1 else 0 end, coalesce((memory_profile->'cache'->'segments'->0->>'windowTokens')::float8, 0), coalesce((memory_profile->'cache'->'segments'->0->>'tokensPerCell')::float8, 0), coalesce((memory_profile->'cache'->'segments'->0->>'keyElements')::float8, 0) + coalesce((memory_profile->'cache'->'segments'->0->>'valueElements')::float8, 0), coalesce((memory_profile->'cache'->'segments'->1->>'windowTokens')::float8, 0), coalesce((memory_profile->'cache'->'segments'->1->>'tokensPerCell')::float8, 0), coalesce((memory_profile->'cache'->'segments'->1->>'keyElements')::float8, 0) + coalesce((memory_profile->'cache'->'segments'->1->>'valueElements')::float8, 0), coalesce((memory_profile->'cache'->'segments'->2->>'windowTokens')::float8, 0), coalesce((memory_profile->'cache'->'segments'->2->>'tokensPerCell')::float8, 0), coalesce((memory_profile->'cache'->'segments'->2->>'keyElements')::float8, 0) + coalesce((memory_profile->'cache'->'segments'->2->>'valueElements')::float8, 0), coalesce((memory_profile->'cache'->'segments'->3->>'windowTokens')::float8, 0), coalesce((memory_profile->'cache'->'segments'->3->>'tokensPerCell')::float8, 0), coalesce((memory_profile->'cache'->'segments'->3->>'keyElements')::float8, 0) + coalesce((memory_profile->'cache'->'segments'->3->>'valueElements')::float8, 0), coalesce((memory_profile->'weights'->'F32'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'BF16'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'F16'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'Q8_0'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'Q6_K'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'Q5_K_M'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'Q5_K_S'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'Q5_1'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'Q5_0'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'Q4_K_M'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'Q4_K_S'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'Q4_1'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'Q4_0'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'IQ4_NL'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'IQ4_XS'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'MXFP4_MOE'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'MXFP4_BF16'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'Q3_K_L'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'Q3_K_M'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'Q3_K_S'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'IQ3_M'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'IQ3_S'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'IQ3_XS'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'IQ3_XXS'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'Q2_K'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'Q2_K_S'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'IQ2_M'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'IQ2_S'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'IQ2_XS'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'IQ2_XXS'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'TQ2_0'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'TQ1_0'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'IQ1_M'->>'deviceBytes')::float8, 0), coalesce((memory_profile->'weights'->'IQ1_S'->>'deviceBytes')::float8, 0)]::float8[] end) STORED,
	"search_text" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "organizations" (
	"slug" text PRIMARY KEY,
	"name" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "absences" (
	"source_id" text,
	"external_id" text,
	"days" integer NOT NULL,
	"last_day" date NOT NULL,
	CONSTRAINT "absences_pkey" PRIMARY KEY("source_id","external_id")
);
--> statement-breakpoint
CREATE TABLE "model_aliases" (
	"alias" text PRIMARY KEY,
	"model_slug" text NOT NULL,
	"since" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "run_reasons" (
	"run_id" text,
	"code" text,
	"count" bigint NOT NULL,
	"example" text,
	CONSTRAINT "run_reasons_pkey" PRIMARY KEY("run_id","code")
);
--> statement-breakpoint
CREATE TABLE "source_progress" (
	"source_id" text PRIMARY KEY,
	"watermark" timestamp with time zone,
	"runs_since_sweep" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "artifacts" (
	"model_slug" text,
	"source_id" text,
	"external_id" text,
	"kind" text,
	"label" text,
	"files" integer NOT NULL,
	"bytes" bigint NOT NULL,
	"parameters" bigint,
	"types" jsonb,
	CONSTRAINT "artifacts_pkey" PRIMARY KEY("model_slug","source_id","external_id","kind","label")
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
CREATE INDEX "models_downloads" ON "models" ("downloads","slug","fit") WHERE status <> 'WITHDRAWN';--> statement-breakpoint
CREATE INDEX "models_name" ON "models" ("name","slug") WHERE status <> 'WITHDRAWN';--> statement-breakpoint
CREATE INDEX "models_released" ON "models" ("released_sort","slug") WHERE status <> 'WITHDRAWN';--> statement-breakpoint
CREATE INDEX "models_parameters" ON "models" ("parameters_sort","slug") WHERE status <> 'WITHDRAWN';--> statement-breakpoint
CREATE INDEX "models_active_parameters" ON "models" ("active_parameters_sort","slug") WHERE status <> 'WITHDRAWN';--> statement-breakpoint
CREATE INDEX "models_context" ON "models" ("context_sort","slug") WHERE status <> 'WITHDRAWN';--> statement-breakpoint
CREATE INDEX "models_likes" ON "models" ("likes","slug") WHERE status <> 'WITHDRAWN';--> statement-breakpoint
CREATE INDEX "models_family" ON "models" ("family_slug","slug");--> statement-breakpoint
CREATE INDEX "models_organization" ON "models" ("organization_slug","slug");--> statement-breakpoint
CREATE INDEX "models_license" ON "models" ("license","slug");--> statement-breakpoint
CREATE INDEX "models_attention" ON "models" ("attention_kind","slug");--> statement-breakpoint
CREATE INDEX "models_variant" ON "models" ("variant","slug");--> statement-breakpoint
CREATE INDEX "models_base" ON "models" (lower("base_model"));--> statement-breakpoint
CREATE INDEX "models_input_modalities" ON "models" USING gin ("input_modalities");--> statement-breakpoint
CREATE INDEX "models_output_modalities" ON "models" USING gin ("output_modalities");--> statement-breakpoint
CREATE INDEX "models_use_cases" ON "models" USING gin ("use_cases");--> statement-breakpoint
CREATE INDEX "models_languages" ON "models" USING gin ("languages");--> statement-breakpoint
CREATE INDEX "models_tags" ON "models" USING gin ("tags");--> statement-breakpoint
CREATE INDEX "models_hugging_face_id" ON "models" (lower("hugging_face_id"));--> statement-breakpoint
CREATE INDEX "models_search" ON "models" USING gin ("search_text" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "models_words" ON "models" USING gin (to_tsvector('english', coalesce(description, '')));--> statement-breakpoint
CREATE INDEX "model_aliases_model" ON "model_aliases" ("model_slug");--> statement-breakpoint
CREATE INDEX "source_records_model" ON "source_records" ("model_slug");--> statement-breakpoint
CREATE INDEX "source_records_external" ON "source_records" ("external_id");--> statement-breakpoint
CREATE INDEX "ingest_runs_source" ON "ingest_runs" ("source_id","started_at");--> statement-breakpoint
ALTER TABLE "catalog_events" ADD CONSTRAINT "catalog_events_model_slug_models_slug_fkey" FOREIGN KEY ("model_slug") REFERENCES "models"("slug");--> statement-breakpoint
ALTER TABLE "families" ADD CONSTRAINT "families_organization_slug_organizations_slug_fkey" FOREIGN KEY ("organization_slug") REFERENCES "organizations"("slug");--> statement-breakpoint
ALTER TABLE "models" ADD CONSTRAINT "models_organization_slug_organizations_slug_fkey" FOREIGN KEY ("organization_slug") REFERENCES "organizations"("slug");--> statement-breakpoint
ALTER TABLE "models" ADD CONSTRAINT "models_family_slug_families_slug_fkey" FOREIGN KEY ("family_slug") REFERENCES "families"("slug");--> statement-breakpoint
ALTER TABLE "model_aliases" ADD CONSTRAINT "model_aliases_model_slug_models_slug_fkey" FOREIGN KEY ("model_slug") REFERENCES "models"("slug");--> statement-breakpoint
ALTER TABLE "run_reasons" ADD CONSTRAINT "run_reasons_run_id_ingest_runs_id_fkey" FOREIGN KEY ("run_id") REFERENCES "ingest_runs"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "source_progress" ADD CONSTRAINT "source_progress_source_id_sources_id_fkey" FOREIGN KEY ("source_id") REFERENCES "sources"("id");--> statement-breakpoint
ALTER TABLE "artifacts" ADD CONSTRAINT "artifacts_model_slug_models_slug_fkey" FOREIGN KEY ("model_slug") REFERENCES "models"("slug");--> statement-breakpoint
ALTER TABLE "source_records" ADD CONSTRAINT "source_records_model_slug_models_slug_fkey" FOREIGN KEY ("model_slug") REFERENCES "models"("slug");--> statement-breakpoint
ALTER TABLE "ingest_runs" ADD CONSTRAINT "ingest_runs_source_id_sources_id_fkey" FOREIGN KEY ("source_id") REFERENCES "sources"("id");