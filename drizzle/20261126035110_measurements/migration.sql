CREATE TABLE "measurements" (
	"id" text PRIMARY KEY,
	"source_id" text NOT NULL,
	"hugging_face_id" text NOT NULL,
	"engine" text NOT NULL,
	"engine_version" text,
	"device" text NOT NULL,
	"quant" text NOT NULL,
	"context_tokens" integer NOT NULL,
	"sequences" integer NOT NULL,
	"cache_type_k" text,
	"cache_type_v" text,
	"total_bytes" bigint NOT NULL,
	"url" text,
	"origin" text,
	"reported_by" text,
	"measured_on" date,
	"note" text,
	"added_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE INDEX "measurements_model" ON "measurements" ("hugging_face_id");