/**
 * What to list on the Hub: each organization of a curated list, then what is trending. Each listing
 * is followed by its own chain of cursors, so an organization that fails does not stop the others.
 * When only recent changes are wanted, one listing of all that changed on the Hub takes the place of
 * the organizations' own. A listing without end is cut off.
 */
import * as z from "zod";
import { PlimsollError } from "../../../errors.ts";
import { later } from "../../report.ts";
import type { ListedModel, ListPage, SkippedItem } from "../../source.ts";
import type { HubClient } from "./client.ts";
import { EXPAND, type HubInfo, parseEntry } from "./protocol.ts";

export interface ListingOptions {
  /** Owners whose models are listed; `*` stands for everything the endpoint has. */
  organizations: string[];
  /** Most entries looked at per organization: the most downloaded, where a page has room for them. */
  limitPerOrganization: number;
  /** How many trending models to list beside the organizations; 0 for none. */
  trending: number;
  /** Only repositories with this tag. */
  tag?: string;
}

/** One step of a listing: what to ask, and how many entries earlier pages held. */
const step = z.object({
  /** Null: what is trending; `changes`: what changed on the whole Hub, of our organizations. */
  organization: z.string().nullable(),
  changes: z.boolean().optional(),
  /** Search string of the page. */
  query: z.string(),
  seen: z.number().int(),
  /** Id that the page before began with. */
  first: z.string().optional(),
});
type Step = z.infer<typeof step>;

/** As many as the Hub's own clients ask for. */
const PAGE_SIZE = 500;
/** Entries after which listing each organization is cheaper than what changed on the whole Hub. */
const MOST_CHANGES = 5000;

/** Kinds of models that keep a text cache or embed text; others are listed by the Hub but not ours. */
const PIPELINES = new Set([
  "text-generation",
  "text2text-generation",
  "image-text-to-text",
  "audio-text-to-text",
  "video-text-to-text",
  "any-to-any",
  "visual-question-answering",
  "translation",
  "summarization",
  "fill-mask",
  "feature-extraction",
  "sentence-similarity",
  "text-ranking",
  "text-classification",
]);

/** One page. Where there are several listings the first call (null) only names them in `next`. */
export async function listPage(
  hub: HubClient,
  options: ListingOptions,
  cursor: string | null,
  since: string | null,
): Promise<ListPage> {
  const steps = cursor === null ? firstSteps(options, since) : [readCursor(cursor)];
  const [current] = steps;
  if (current === undefined || steps.length > 1) return planned(steps);
  const { entries, nextQuery } = await hub.list(current.query);
  const first = idOf(entries[0]);
  if (first !== undefined && first === current.first) {
    throw new PlimsollError("UPSTREAM_INVALID", `The listing gives the page from ${first} twice`);
  }
  const limit = limitOf(current, options);
  const page: ListPage = { items: [], skipped: [], next: [], newest: null };
  let reachedKnown = false;
  for (const raw of entries.slice(0, limit - current.seen)) {
    const info = parseEntry(raw);
    if (info !== null) page.newest = later(page.newest ?? null, info.lastModified);
    if (current.changes && !isOurs(raw, info, options)) {
      reachedKnown ||= info !== null && isOlder(info, since);
      continue;
    }
    const skip = skipReason(raw, info);
    if (skip !== null) page.skipped.push(skip);
    else if (info !== null && isOlder(info, since)) reachedKnown = current.organization !== null;
    else if (info !== null) page.items.push(listed(info));
  }
  const seen = current.seen + entries.length;
  const more = nextQuery !== null && entries.length > 0;
  if (more && seen < limit && !reachedKnown) {
    page.next.push(JSON.stringify({ ...current, query: nextQuery, seen, first } satisfies Step));
  } else if (more && current.changes && !reachedKnown) {
    // More happened than one listing is worth following.
    page.next.push(...planned(organizationSteps(options, "lastModified")).next);
  }
  return page;
}

function planned(steps: Step[]): ListPage {
  return { items: [], skipped: [], next: steps.map((each) => JSON.stringify(each)) };
}

function limitOf(current: Step, options: ListingOptions): number {
  if (current.changes) return MOST_CHANGES;
  return current.organization === null ? options.trending : options.limitPerOrganization;
}

/** Whether an entry of the whole Hub's listing is of an organization that we read. */
function isOurs(raw: unknown, info: HubInfo | null, { organizations }: ListingOptions): boolean {
  const id = info?.id ?? idOf(raw);
  return id !== undefined && organizations.includes(id.split("/")[0] ?? id);
}

/** The id of an entry that may not be usable otherwise. */
function idOf(raw: unknown): string | undefined {
  const id = (raw as { id?: unknown } | null | undefined)?.id;
  return typeof id === "string" ? id.slice(0, 200) : undefined;
}

function listed(info: HubInfo): ListedModel {
  return { externalId: info.id, revision: info.sha, lastModified: info.lastModified, info };
}

function firstSteps(options: ListingOptions, since: string | null): Step[] {
  // By change when only changes are wanted: the listing can stop at the first one we know. So is a
  // listing of several pages: what slips from one to another meanwhile has been changed, and the next
  // run lists it. What moves because it became popular nobody would list again.
  const isByChange = since !== null || options.limitPerOrganization > PAGE_SIZE;
  const steps =
    since !== null && options.organizations.length > 2
      ? [changesStep(options)]
      : organizationSteps(options, isByChange ? "lastModified" : "downloads");
  if (options.trending === 0) return steps;
  const most = `${Math.min(PAGE_SIZE, options.trending)}`;
  const trending = query({ pipeline_tag: "text-generation", sort: "trendingScore", limit: most });
  return [...steps, { organization: null, query: trending, seen: 0 }];
}

function changesStep({ tag }: ListingOptions): Step {
  const filters = { sort: "lastModified", limit: `${PAGE_SIZE}` };
  const search = query({ ...filters, ...(tag === undefined ? {} : { filter: tag }) });
  return { organization: "*", changes: true, query: search, seen: 0 };
}

function organizationSteps(options: ListingOptions, sort: string): Step[] {
  const limit = `${Math.min(PAGE_SIZE, options.limitPerOrganization)}`;
  return options.organizations.map((organization): Step => {
    const filters = {
      sort,
      limit,
      ...(organization === "*" ? {} : { author: organization }),
      ...(options.tag === undefined ? {} : { filter: options.tag }),
    };
    return { organization, query: query(filters), seen: 0 };
  });
}

function query(parameters: Record<string, string>): string {
  const search = new URLSearchParams(parameters);
  for (const field of EXPAND) search.append("expand", field);
  return search.toString();
}

function readCursor(cursor: string): Step {
  try {
    return step.parse(JSON.parse(cursor));
  } catch {
    throw new PlimsollError("BAD_USER_INPUT", "This is not a cursor of the Hugging Face source");
  }
}

function isOlder(info: HubInfo, since: string | null): boolean {
  if (since === null || info.lastModified === null) return false;
  return Date.parse(info.lastModified) < Date.parse(since);
}

function skipReason(raw: unknown, info: HubInfo | null): SkippedItem | null {
  if (info === null) {
    const externalId = idOf(raw) ?? null;
    return { externalId, code: "INVALID_ENTRY", reason: "The entry has no usable model id" };
  }
  const skip = (code: string, reason: string) => ({ externalId: info.id, code, reason });
  if (info.pipelineTag !== null && !PIPELINES.has(info.pipelineTag)) {
    return skip("NOT_A_LANGUAGE_MODEL", `Its task is ${info.pipelineTag}`);
  }
  const files = info.configFiles;
  const described = files === null || ["config.json", "params.json"].some((f) => files.includes(f));
  if (!described && info.ggufFiles === 0) {
    return skip("NO_CONFIG", "It has neither a config.json nor GGUF files");
  }
  return null;
}
