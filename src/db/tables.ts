/** All tables of the catalog, in one place for queries, relations and the migration tool. */
export * from "./tables/events.ts";
export * from "./tables/measurements.ts";
export * from "./tables/models.ts";
export * from "./tables/progress.ts";
export * from "./tables/records.ts";
export * from "./tables/runs.ts";
export * from "./tables/webhooks.ts";
