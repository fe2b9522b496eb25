/**
 * Reading the whole catalog as it was at one moment, some models at a time: what a bulk export is made
 * from. One read-only transaction sees no write of others, however long it takes.
 */
import type { Database, Transaction } from "./client.ts";
import type { LogState } from "./event-log.ts";
import { catalogState } from "./tables.ts";

/** Models that are held in memory at once. */
const AT_ONCE = 200;

export type WholeModel = Awaited<ReturnType<typeof readAfter>>[number];

/** Calls `begin` with the state that is read, then `visit` with models in the order of their slugs. */
export async function readWholeCatalog(
  db: Database,
  begin: (state: LogState) => Promise<void>,
  visit: (models: WholeModel[]) => Promise<void>,
): Promise<void> {
  await db.transaction(
    async (tx) => {
      const [state] = await tx.select().from(catalogState);
      await begin(state ?? { lastEvent: 0, writes: 0, logId: "" });
      for (let after = ""; ; ) {
        const models = await readAfter(tx, after);
        if (models.length > 0) await visit(models);
        if (models.length < AT_ONCE) return;
        after = models.at(-1)!.slug;
      }
    },
    { isolationLevel: "repeatable read", accessMode: "read only" },
  );
}

/** The shape of layers is left out: it is large, and every figure that follows from it is there. */
function readAfter(tx: Transaction, slug: string) {
  return tx.query.models.findMany({
    columns: { architecture: false, fit: false, searchText: false },
    with: { artifacts: { orderBy: { bytes: "asc" } } },
    where: { slug: { gt: slug }, status: { ne: "WITHDRAWN" } },
    orderBy: { slug: "asc" },
    limit: AT_ONCE,
  });
}
