/** Organizations and families: small tables that the models of a batch refer to. */
import { getColumns, sql } from "drizzle-orm";
import type { Transaction } from "./client.ts";
import type { ModelFacts } from "./facts.ts";
import { slugify } from "./slugs.ts";
import { families, organizations } from "./tables.ts";

/** The slug of the organization that owns a repository. */
export function organizationSlug(huggingFaceId: string): string {
  return slugify(huggingFaceId.split("/")[0] ?? huggingFaceId);
}

/** Adds what is missing and renames what is called otherwise now; equal names write nothing. */
export async function putOwners(
  tx: Transaction,
  owned: { huggingFaceId: string; facts: Partial<ModelFacts> }[],
): Promise<void> {
  const organizationRows = new Map<string, typeof organizations.$inferInsert>();
  const familyRows = new Map<string, typeof families.$inferInsert>();
  for (const { huggingFaceId, facts } of owned) {
    const slug = organizationSlug(huggingFaceId);
    const name = facts.organization ?? huggingFaceId.split("/")[0] ?? slug;
    organizationRows.set(slug, { slug, name });
    if (!facts.family) continue;
    const family = { slug: facts.family, name: facts.familyName ?? facts.family };
    familyRows.set(facts.family, family);
  }
  for (const [table, rows] of [
    [organizations, [...organizationRows.values()]],
    [families, [...familyRows.values()]],
  ] as const) {
    if (rows.length === 0) continue;
    const { name, slug } = getColumns(table);
    await tx
      .insert(table)
      .values(rows.toSorted((a, b) => a.slug.localeCompare(b.slug)))
      .onConflictDoUpdate({
        target: slug,
        set: { name: sql`excluded.name` },
        setWhere: sql`${name} <> excluded.name`,
      });
  }
}
