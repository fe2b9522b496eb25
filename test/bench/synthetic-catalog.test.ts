/** The catalog that benches run on: as large as asked, the same for a seed, and of sound models. */
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { fillCatalog } from "../../bench/synthetic-catalog.ts";
import { useCatalog } from "../schema/catalog.ts";

const COUNT = 400;
const catalogs = [useCatalog(), useCatalog(), useCatalog()] as const;

const rows = ({ db }: (typeof catalogs)[number]) =>
  db.execute(sql`select slug, family_slug, organization_slug, downloads, released_on, total_parameters,
    memory_profile->'weights'->'Q4_K_M'->'deviceBytes' as weights from models order by slug`);

describe("a synthetic catalog", () => {
  it("has as many models as asked for, and the same ones for the same seed", async () => {
    const [first, second, third] = catalogs;
    await fillCatalog(first.db, COUNT, 1);
    await fillCatalog(second.db, COUNT, 1);
    await fillCatalog(third.db, COUNT, 2);
    const filled = await rows(first);
    expect(filled.length).toBe(COUNT);
    expect(await rows(second)).toEqual(filled);
    expect(await rows(third)).not.toEqual(filled);
  });

  it("grows on, and keeps what is there", async () => {
    const [first] = catalogs;
    const before = await rows(first);
    await fillCatalog(first.db, COUNT + 50, 1);
    const after = new Set((await rows(first)).map((row) => JSON.stringify(row)));
    expect(after.size).toBe(COUNT + 50);
    for (const row of before) expect(after).toContain(JSON.stringify(row));
  });

  it("keeps every index", async () => {
    const indexes = ({ db }: (typeof catalogs)[number]) =>
      db.execute(
        sql`select indexdef from pg_indexes where tablename = 'models' order by indexname`,
      );
    expect(await indexes(catalogs[0])).toEqual(await indexes(catalogs[1]));
    expect((await indexes(catalogs[0])).length).toBeGreaterThan(20);
  });

  it("has families of one owner whose models can be weighed", async () => {
    const { models } = await catalogs[1].ask(`{ models(first: 100) { nodes {
      slug organization { slug } family { organization { slug } } siblings { slug organization { slug } }
      vram(quant: Q4_K_M, ctx: 8192) { total { bytes } }
    } } }`);
    for (const model of models.nodes.filter((node: { slug: string }) => /-\d+$/.test(node.slug))) {
      expect(model.vram.total.bytes).toBeGreaterThan(0);
    }
    const synthetic = models.nodes.filter(
      ({ siblings }: { siblings: unknown[] }) => siblings.length === 5,
    );
    expect(synthetic.length).toBeGreaterThan(50);
    for (const { organization, family, siblings } of synthetic) {
      expect(family.organization).toEqual(organization);
      for (const sibling of siblings) expect(sibling.organization).toEqual(organization);
    }
  });
});
