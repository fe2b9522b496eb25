ALTER TABLE "models" ADD COLUMN "name_sort" text GENERATED ALWAYS AS (regexp_replace(regexp_replace(lower(name), '(\d+)', '00000000\1', 'g'), '\d*(\d{9})', '\1', 'g')) STORED;--> statement-breakpoint
DROP INDEX "models_name";--> statement-breakpoint
CREATE INDEX "models_name" ON "models" ("name_sort","slug") WHERE status <> 'WITHDRAWN';