DROP INDEX "catalog_events_added";--> statement-breakpoint
CREATE INDEX "catalog_events_family" ON "catalog_events" ("family_slug","number");--> statement-breakpoint
CREATE INDEX "catalog_events_organization" ON "catalog_events" ("organization_slug","number");--> statement-breakpoint
CREATE INDEX "catalog_events_kind" ON "catalog_events" ("kind","number");