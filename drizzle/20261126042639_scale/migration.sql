CREATE TABLE "search_words" (
	"word" text PRIMARY KEY
);
--> statement-breakpoint
DROP INDEX "models_family";--> statement-breakpoint
CREATE INDEX "models_family" ON "models" ("family_slug","downloads","slug");--> statement-breakpoint
DROP INDEX "models_organization";--> statement-breakpoint
CREATE INDEX "models_organization" ON "models" ("organization_slug","downloads","slug");--> statement-breakpoint
DROP INDEX "models_license";--> statement-breakpoint
CREATE INDEX "models_license" ON "models" ("license","downloads","slug");--> statement-breakpoint
DROP INDEX "models_attention";--> statement-breakpoint
CREATE INDEX "models_attention" ON "models" ("attention_kind","downloads","slug");--> statement-breakpoint
DROP INDEX "models_variant";--> statement-breakpoint
CREATE INDEX "models_variant" ON "models" ("variant","downloads","slug");--> statement-breakpoint
CREATE INDEX "models_text" ON "models" ("downloads","slug","search_text") WHERE status <> 'WITHDRAWN';--> statement-breakpoint
CREATE INDEX "models_weights" ON "models" ((fit[22])) WHERE status <> 'WITHDRAWN';--> statement-breakpoint
CREATE INDEX "models_sample" ON "models" ("slug","family_slug","organization_slug","license","commercial_use","attention_kind","variant","experts","layers","parameters_sort","active_parameters_sort","context_sort","released_sort","downloads","likes","input_modalities","output_modalities","use_cases","search_text","fit") WHERE status <> 'WITHDRAWN' and hashtext(slug) & 255 = 0;--> statement-breakpoint
CREATE INDEX "search_words_like" ON "search_words" USING gin ("word" gin_trgm_ops);
--> statement-breakpoint
CREATE FUNCTION "keep_search_words"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	-- In one order everywhere, so that two writers never wait for one another.
	INSERT INTO "search_words" SELECT DISTINCT "part" FROM "written",
		regexp_split_to_table("search_text", '[^[:alpha:]]+') AS "part"
	WHERE length("part") BETWEEN 3 AND 40 ORDER BY 1 ON CONFLICT DO NOTHING;
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "models_words_added" AFTER INSERT ON "models"
	REFERENCING NEW TABLE AS "written" FOR EACH STATEMENT EXECUTE FUNCTION "keep_search_words"();
--> statement-breakpoint
CREATE TRIGGER "models_words_changed" AFTER UPDATE ON "models"
	REFERENCING NEW TABLE AS "written" FOR EACH STATEMENT EXECUTE FUNCTION "keep_search_words"();
--> statement-breakpoint
INSERT INTO "search_words" SELECT DISTINCT "part" FROM "models",
	regexp_split_to_table("search_text", '[^[:alpha:]]+') AS "part"
WHERE length("part") BETWEEN 3 AND 40;
--> statement-breakpoint
-- How many models there are of each size; the planner does not take it from an index of some rows.
CREATE STATISTICS "models_whole_weights" ON (fit[22]) FROM "models";
--> statement-breakpoint
ANALYZE "models";
