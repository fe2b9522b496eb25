/** Settings of drizzle-kit: `npx drizzle-kit generate --name <what changed>` writes a migration. */
import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "postgresql",
  schema: "./src/db/tables.ts",
  out: "./drizzle",
});
