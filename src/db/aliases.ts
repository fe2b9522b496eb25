/** Former names of models, for those who look one up; they are kept by `names.ts`. */
import { eq } from "drizzle-orm";
import type { Database } from "./client.ts";
import { modelAliases } from "./tables.ts";

/** The slug that a former slug or repository id leads to now; null when it is no former name. */
export async function formerName(
  db: Pick<Database, "select">,
  name: string,
): Promise<string | null> {
  const [row] = await db
    .select({ slug: modelAliases.modelSlug })
    .from(modelAliases)
    .where(eq(modelAliases.alias, name.toLowerCase()));
  return row?.slug ?? null;
}
