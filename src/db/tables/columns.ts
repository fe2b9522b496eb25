/** Column kinds that the tables share. */
import { bigint, timestamp } from "drizzle-orm/pg-core";

/** A point in time; a string, so that microseconds survive. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: "string" });

/** A count or byte size, far below 2^53. */
export const count = (name: string) => bigint(name, { mode: "number" });
