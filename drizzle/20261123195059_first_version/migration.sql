-- The log starts at number 0. Its id tells cursors of this log from those of any other.
INSERT INTO "catalog_state" ("id", "last_event", "writes", "log_id") VALUES (1, 0, 0, gen_random_uuid()::text);
--> statement-breakpoint
-- Read for every model that is looked at: unpacking it would take ten times as long as the sums.
ALTER TABLE "models" ALTER COLUMN "fit" SET STORAGE PLAIN;
