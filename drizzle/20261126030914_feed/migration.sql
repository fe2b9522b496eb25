CREATE TABLE "event_fits" (
	"number" bigint PRIMARY KEY,
	"before" double precision[],
	"after" double precision[] NOT NULL
);
--> statement-breakpoint
CREATE TABLE "webhooks" (
	"id" text PRIMARY KEY,
	"position" bigint NOT NULL,
	"last_delivery_at" timestamp with time zone,
	"failing_since" timestamp with time zone,
	"last_error" text,
	"disabled_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "catalog_state" ADD COLUMN "compacted_through" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "catalog_events_added" ON "catalog_events" ("number") WHERE kind = 'MODEL_ADDED';--> statement-breakpoint
ALTER TABLE "event_fits" ADD CONSTRAINT "event_fits_number_catalog_events_number_fkey" FOREIGN KEY ("number") REFERENCES "catalog_events"("number") ON DELETE CASCADE;