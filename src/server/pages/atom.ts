/**
 * New models as an Atom feed, for readers that know nothing of GraphQL. It is told from the change log,
 * so an entry keeps its id and its time for ever. Made once for each state of the catalog.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { desc, eq } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { catalogEvents, models } from "../../db/tables.ts";
import type { CatalogClock } from "../../events/catalog-clock.ts";
import { baseUrl } from "../http/base-url.ts";
import { type Content, prepareContent, sendContent } from "../http/content.ts";
import type { Route } from "../http/router.ts";
import { asHtml } from "./as-html.ts";

export const ATOM_PATH = "/feed.atom";

/** What readers show at most. */
const ENTRIES = 50;
/** @param proxies how many proxies in front may say under which address it is reached. */
export function atomRoute(db: Database, clock: CatalogClock, proxies: number): Route {
  let made: { key: string; content: Promise<Content> } | null = null;

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { stamp, logId } = await clock.now();
    const base = baseUrl(req, proxies);
    const key = `${base} ${stamp}`;
    if (made?.key !== key) made = { key, content: makeFeed(db, logId, base) };
    const { content } = made;
    await sendContent(
      req,
      res,
      await content.catch((error) => {
        made = null;
        throw error;
      }),
    );
  }

  return { path: ATOM_PATH, methods: ["GET"], handle };
}

async function makeFeed(db: Database, logId: string, base: string): Promise<Content> {
  const rows = await db
    .select({
      ...{ number: catalogEvents.number, at: catalogEvents.at, message: catalogEvents.message },
      ...{ name: models.name, id: models.huggingFaceId, description: models.description },
    })
    .from(catalogEvents)
    .innerJoin(models, eq(models.slug, catalogEvents.modelSlug))
    .where(eq(catalogEvents.kind, "MODEL_ADDED"))
    .orderBy(desc(catalogEvents.number))
    .limit(ENTRIES);
  const { Feed } = await import("feed");
  const feed = new Feed({
    id: `urn:uuid:${logId}`,
    title: "Plimsoll: new models",
    description: "Models that are new in the catalog.",
    link: base,
    feedLinks: { atom: `${base}${ATOM_PATH}` },
    updated: rows[0] ? new Date(rows[0].at) : new Date(0),
    generator: "Plimsoll",
    copyright: "",
    author: { name: "Plimsoll" },
  });
  for (const { number, at, message, name, id, description } of rows) {
    const date = new Date(at);
    feed.addItem({
      id: `urn:plimsoll:${logId}:${number}`,
      title: asHtml(readable(name)),
      link: `https://huggingface.co/${id}`,
      ...{ date, published: date },
      description: asHtml(readable(description ?? message)),
      author: [{ name: readable(id.split("/")[0] ?? id) }],
    });
  }
  return prepareContent(feed.atom1(), { type: "application/atom+xml; charset=utf-8" });
}

/** Without the characters that XML 1.0 does not know, not even escaped: one makes all unreadable. */
function readable(text: string): string {
  return text.replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "");
}
