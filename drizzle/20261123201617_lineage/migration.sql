DROP INDEX "models_downloads";--> statement-breakpoint
CREATE INDEX "models_downloads" ON "models" ("downloads","slug","fit","context_sort") WHERE status <> 'WITHDRAWN';--> statement-breakpoint
DROP INDEX "models_base";--> statement-breakpoint
CREATE INDEX "models_base" ON "models" ("base_model","slug");