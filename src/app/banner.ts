/** What is printed when everything runs: where to go, what is there, what happens next. */
import { count } from "drizzle-orm";
import type { Config } from "../config.ts";
import type { Database } from "../db/client.ts";
import { families, models } from "../db/tables.ts";

export interface CatalogSize {
  models: number;
  families: number;
}

export async function catalogSize(db: Database): Promise<CatalogSize> {
  const [modelCount] = await db.select({ value: count() }).from(models);
  const [familyCount] = await db.select({ value: count() }).from(families);
  return { models: modelCount?.value ?? 0, families: familyCount?.value ?? 0 };
}

/** Without a count, which takes long in a large catalog. */
export async function isCatalogEmpty(db: Database): Promise<boolean> {
  return (await db.select({ slug: models.slug }).from(models).limit(1)).length === 0;
}

export interface BannerFacts {
  config: Config;
  database: { description: string };
  /** Base URL of the API; null where it does not run in this process. */
  url: string | null;
  size: CatalogSize;
  /** Planned runs, soonest first; null where no worker runs in this process. */
  next: { title: string; at: Date }[] | null;
}

export function banner({ config, database, url, size, next }: BannerFacts): string {
  const rows: [string, string][] = [];
  if (url) rows.push(["GraphQL", `${url}/graphql (open it in a browser for GraphiQL)`]);
  rows.push(["Catalog", `${size.models} models in ${size.families} families`]);
  rows.push(["Stored in", database.description]);
  rows.push(["Queue", config.redisUrl ? "Redis" : "the same database"]);
  if (next) rows.push(["Next", describeNext(next)]);
  const lines = rows.map(([label, text]) => `  ${label.padEnd(10)}${text}`);
  return ["Plimsoll is ready. Ctrl-C stops it.", ...lines].join("\n");
}

/** The soonest run; the others are in the API (`sources`). */
function describeNext([soonest, ...others]: { title: string; at: Date }[]): string {
  if (!soonest) return "nothing is scheduled";
  const more = others.length > 0 ? `, then ${others.map(({ title }) => title).join(", ")}` : "";
  return `${describe(soonest)}${more}`;
}

function describe({ title, at }: { title: string; at: Date }): string {
  const minutes = Math.max(0, Math.round((at.getTime() - Date.now()) / 60_000));
  return `${title} at ${at.toISOString().slice(11, 16)} UTC (in ${minutes} min)`;
}
