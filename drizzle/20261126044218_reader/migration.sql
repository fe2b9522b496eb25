-- A group role for the API, which may read the catalog and nothing else. It is made where the migrating
-- role may make roles; SECURITY.md has the same for a superuser where it may not.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'plimsoll_reader') THEN
    CREATE ROLE plimsoll_reader NOLOGIN;
  END IF;
EXCEPTION
  -- Another database of this server may be migrated at the same moment.
  WHEN insufficient_privilege OR duplicate_object OR unique_violation THEN
    RAISE NOTICE 'The role plimsoll_reader was not made here: %', SQLERRM;
END
$$;
--> statement-breakpoint
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'plimsoll_reader') THEN
    GRANT USAGE ON SCHEMA public, drizzle TO plimsoll_reader;
    GRANT SELECT ON ALL TABLES IN SCHEMA public TO plimsoll_reader;
    GRANT SELECT ON drizzle.__drizzle_migrations TO plimsoll_reader;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO plimsoll_reader;
  END IF;
EXCEPTION
  WHEN insufficient_privilege THEN
    RAISE NOTICE 'plimsoll_reader was not given its rights here: %', SQLERRM;
END
$$;
