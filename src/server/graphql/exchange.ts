/**
 * What travels with one HTTP request through the GraphQL server, beside what the schema sees. The
 * handler makes it, the plugins read and mark it.
 */
export interface Exchange {
  /** Aborted when the client is gone or the time is up; ends the execution and its subscription. */
  readonly abort: AbortController;
  /** The entity tag this answer would carry; null when the request is not a GET. */
  readonly tag: string | null;
  /** Set when the answer turned out to depend on the catalog alone. */
  cacheable: boolean;
}

/** The context of every plugin of this folder. */
export interface ExchangeContext {
  exchange: Exchange;
}
