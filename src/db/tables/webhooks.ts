/** How far each configured webhook has been told, so that nothing is lost when a worker starts anew. */
import { pgTable, text } from "drizzle-orm/pg-core";
import { count, instant } from "./columns.ts";

export const webhooks = pgTable("webhooks", {
  /** Given by the operator. */
  id: text("id").primaryKey(),
  /** Number of the last event that was delivered or did not pass the filter. */
  position: count("position").notNull(),
  lastDeliveryAt: instant("last_delivery_at"),
  /** When the first of an unbroken row of failures happened; null while all is well. */
  failingSince: instant("failing_since"),
  lastError: text("last_error"),
  /** Set after failing for long; nothing is sent until a worker starts anew. */
  disabledAt: instant("disabled_at"),
});
