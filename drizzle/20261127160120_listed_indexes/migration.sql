DROP INDEX "models_family";--> statement-breakpoint
CREATE INDEX "models_family" ON "models" ("family_slug","downloads","slug") WHERE status <> 'WITHDRAWN';--> statement-breakpoint
DROP INDEX "models_organization";--> statement-breakpoint
CREATE INDEX "models_organization" ON "models" ("organization_slug","downloads","slug") WHERE status <> 'WITHDRAWN';--> statement-breakpoint
DROP INDEX "models_license";--> statement-breakpoint
CREATE INDEX "models_license" ON "models" ("license","downloads","slug") WHERE status <> 'WITHDRAWN';--> statement-breakpoint
DROP INDEX "models_attention";--> statement-breakpoint
CREATE INDEX "models_attention" ON "models" ("attention_kind","downloads","slug") WHERE status <> 'WITHDRAWN';--> statement-breakpoint
DROP INDEX "models_variant";--> statement-breakpoint
CREATE INDEX "models_variant" ON "models" ("variant","downloads","slug") WHERE status <> 'WITHDRAWN';--> statement-breakpoint
DROP INDEX "models_base";--> statement-breakpoint
CREATE INDEX "models_base" ON "models" ("base_model","slug") WHERE status <> 'WITHDRAWN';