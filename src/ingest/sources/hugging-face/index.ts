/**
 * The Hugging Face Hub as a source: open-weight models of a list of organizations, and what is
 * trending. Everything here speaks one protocol; what the facts mean is the normaliser's business.
 */
import { NORMALIZER_VERSION } from "../../normalize/index.ts";
import type { Source, SourceContext } from "../../source.ts";
import { HubClient } from "./client.ts";
import { type ListingOptions, listPage } from "./listing.ts";
import { readModel } from "./read.ts";

export interface HuggingFaceOptions extends ListingOptions {
  /** Base URL of the Hub or of a mirror that speaks its protocol. */
  endpoint: string;
  /** Sent as a bearer token to the endpoint, and nowhere else. */
  token: string | null;
}

/** The source over one Hub. Errors and records never contain the token. */
export function createHuggingFaceSource(options: HuggingFaceOptions): Source {
  const endpoint = options.endpoint.replace(/\/+$/, "");
  const hub = ({ http, signal }: SourceContext) =>
    new HubClient(http, { endpoint, token: options.token }, signal);
  return {
    id: "hugging-face",
    title: "Hugging Face Hub",
    version: NORMALIZER_VERSION,
    incremental: true,
    listPage: (cursor, context) => listPage(hub(context), options, cursor, context.since ?? null),
    read: (item, context) => readModel(hub(context), item, context),
  };
}
