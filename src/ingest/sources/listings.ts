/**
 * Sources that are one public JSON document about hosted models, some of which are open-weight: the
 * entries are joined to the catalog by their Hugging Face ids. What differs between two such documents
 * is a `Listing`; what is alike (one conditional request, one bad entry hiding no other, several
 * entries about one model) is here.
 */
import type * as z from "zod";
import { invalid } from "../http/failures.ts";
import { parseJson } from "../http/json.ts";
import type { ListedModel, ListPage, Source, SourceContext } from "../source.ts";
import { REPOSITORY_ID } from "./hugging-face/protocol.ts";
import { type Note, noteRecord } from "./notes.ts";
import { missingRecord } from "./records.ts";

const MiB = 1024 * 1024;

export interface Listing<Entry> {
  id: string;
  title: string;
  /** Goes up when the same document gives other facts. */
  version: number;
  /** Address of the document. */
  url: string;
  /** The entries of the document, still unchecked. */
  document: z.ZodType<unknown[]>;
  entry: z.ZodType<Entry>;
  /** Hugging Face ids of the weights that the entry is about; anything else is dropped. */
  modelsOf(entry: Entry): string[];
  /** Negative when `a` rather than `b` speaks for the model. */
  compare(a: Entry, b: Entry, modelId: string): number;
  note(entry: Entry, modelId: string): Omit<Note, "externalId">;
}

export function listingSource<Entry>(listing: Listing<Entry>): Source {
  let last: { etag: string; document: unknown[] } | null = null;

  async function load({ http, signal }: SourceContext): Promise<unknown[]> {
    const answer = await http.request(listing.url, {
      signal,
      etag: last?.etag ?? null,
      maxBytes: 16 * MiB,
    });
    if (answer.notModified && last !== null) return last.document;
    if (!answer.ok) throw invalid(answer.url, `answered ${answer.status}`);
    const document = parseJson(answer, listing.document);
    const etag = answer.headers.get("etag");
    last = etag === null ? null : { etag, document };
    return document;
  }

  return {
    id: listing.id,
    title: listing.title,
    version: listing.version,
    selfContained: true,

    async listPage(_, context) {
      return join(listing, await load(context), context);
    },

    async read(item, context) {
      const id = item.externalId;
      const info = item.info ?? (await find(id, context))?.info;
      const entry = listing.entry.safeParse(info);
      if (!entry.success) {
        return missingRecord(id, listing.url, `${listing.title} does not list ${id}.`);
      }
      return noteRecord({ externalId: id, ...listing.note(entry.data, id) }, context);
    },
  };

  async function find(id: string, context: SourceContext): Promise<ListedModel | undefined> {
    const { items } = await join(listing, await load(context), context);
    return items.find(({ externalId }) => externalId === id);
  }
}

/** Every model that the document speaks of, each with the one entry that speaks for it. */
async function join<Entry>(
  listing: Listing<Entry>,
  document: unknown[],
  { catalog }: SourceContext,
): Promise<ListPage> {
  const page: ListPage = { items: [], skipped: [], next: [] };
  const said: { id: string; entry: Entry }[] = [];
  for (const raw of document) {
    const parsed = listing.entry.safeParse(raw);
    if (parsed.success) {
      const ids = listing.modelsOf(parsed.data).filter(isFullId);
      said.push(...ids.map((id) => ({ id, entry: parsed.data })));
      continue;
    }
    const { path, message } = parsed.error.issues[0]!;
    const reason = `${path.join(".") || "The entry"}: ${message}`;
    page.skipped.push({ externalId: nameOf(raw), code: "INVALID_ENTRY", reason });
  }
  const spelling = await catalog?.spelling(said.map(({ id }) => id));
  const entries = new Map<string, Entry>();
  for (const { id, entry } of said) {
    const modelId = spelling?.get(id) ?? id;
    const standing = entries.get(modelId);
    if (standing && listing.compare(standing, entry, modelId) <= 0) continue;
    entries.set(modelId, entry);
  }
  page.items = [...entries].map(([externalId, info]) => {
    return { externalId, revision: null, lastModified: null, info };
  });
  // The fields that matter are called otherwise now: an outage, not an empty list.
  if (document.length > 0 && page.items.length === 0) {
    const first = page.skipped[0]?.reason ?? "none names a model on the Hub";
    throw invalid(listing.url, `answered ${document.length} entries of no use: ${first}`);
  }
  return page;
}

function isFullId(id: string): boolean {
  return id.includes("/") && REPOSITORY_ID.test(id);
}

function nameOf(raw: unknown): string | null {
  const id = (raw as { id?: unknown } | null)?.id;
  return typeof id === "string" ? id.slice(0, 200) : null;
}
