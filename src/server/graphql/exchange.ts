/**
 * What travels with one question through the GraphQL server, beside what the schema sees. The handler
 * makes it, the plugins read it.
 */
export interface Exchange {
  /** Aborted when nobody waits for the answer or the time is up; ends execution and subscription. */
  readonly abort: AbortController;
  /** The cost was counted and is allowed, so that it need not be counted again. */
  readonly withinLimits?: boolean | undefined;
  /** Whether the request carries the administrator's token. */
  readonly isAdmin?: boolean | undefined;
  /** Told what the operation costs when it is run. */
  readonly charge?: ((cost: number) => void) | undefined;
  /** The primary database is to answer, whatever replicas there are. */
  readonly fromPrimary?: boolean | undefined;
}

/** The context of every plugin of this folder. */
export interface ExchangeContext {
  exchange: Exchange;
}
