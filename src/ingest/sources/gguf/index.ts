/**
 * Published quantizations of the catalog's models, from the repositories of those who make them for
 * everybody. A publisher's own are not read here: the Hub source reads them with the publisher's
 * models, and the same files must not be counted twice.
 */
import type { ListPage, Source, SourceContext } from "../../source.ts";
import { HubClient } from "../hugging-face/client.ts";
import { baseModelOf } from "../hugging-face/conversions.ts";
import { listPage } from "../hugging-face/listing.ts";
import { hubInfo } from "../hugging-face/protocol.ts";
import { HeaderBudget } from "./budget.ts";
import { readRepository } from "./read.ts";

export interface GgufOptions {
  /** Base URL of the Hub or of a mirror that speaks its protocol. */
  endpoint: string;
  token: string | null;
  /** Owners of repositories of converted files. */
  owners: string[];
  /** Most repositories looked at per owner. */
  limitPerOwner: number;
  /** Bytes of headers read in one run; 0 for none at all. */
  headerBytesPerRun: number;
}

export function ggufSource(options: GgufOptions): Source {
  const { endpoint, token, owners: organizations, limitPerOwner, headerBytesPerRun } = options;
  const hub = ({ http, signal }: SourceContext) => new HubClient(http, { endpoint, token }, signal);
  const budget = new HeaderBudget(headerBytesPerRun);
  const listing = {
    organizations,
    limitPerOrganization: limitPerOwner,
    trending: 0,
    tag: "gguf",
  };
  return {
    id: "hugging-face-gguf",
    title: "Published quantizations",
    version: 1,
    async listPage(cursor, context) {
      if (cursor === null) budget.renew();
      const page = await listPage(hub(context), listing, cursor, context.since ?? null);
      return withoutStrangers(page, context);
    },
    read: (item, context) => readRepository(hub(context), budget, item, context),
  };
}

/** Leaves out repositories whose model is not in the catalog: their files could not be stored. */
async function withoutStrangers(page: ListPage, { catalog }: SourceContext): Promise<ListPage> {
  if (catalog === undefined) return page;
  const bases = page.items.map(({ info }) => baseModelOf(hubInfo.parse(info))?.id ?? "");
  const known = await catalog.spelling(bases);
  const skipped = page.items.flatMap(({ externalId }, index) => {
    const base = bases[index] || "a model it does not name";
    if (known.has(base)) return [];
    const reason = `It was made from ${base}, which is not in the catalog`;
    return { externalId, code: "NOT_IN_CATALOG", reason };
  });
  const items = page.items.filter((_, index) => known.has(bases[index]!));
  return { ...page, items, skipped: [...page.skipped, ...skipped] };
}
