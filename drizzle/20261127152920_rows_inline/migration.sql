-- The figures of `terms` and `fit` are kept in the row and fill most of the 2 kB that Postgres allows one
-- by default, so every name and every word was looked up elsewhere. Two rows of this length fill a page.
ALTER TABLE "models" SET (toast_tuple_target = 4080);
--> statement-breakpoint
-- Writes the rows that are there anew, as they are to be stored.
ALTER TABLE "models" ALTER COLUMN "likes" TYPE bigint USING "likes" + 0;
