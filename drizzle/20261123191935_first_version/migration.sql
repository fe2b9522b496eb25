-- The log starts at number 0. Its id tells cursors of this log from those of any other.
INSERT INTO "catalog_state" ("id", "last_event", "writes", "log_id") VALUES (1, 0, 0, gen_random_uuid()::text);
