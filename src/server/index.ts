/** The door of the room: the server of the catalog's own schema. */
import { schema } from "../schema/index.ts";
import { type RunningServer, type ServerOptions, serve } from "./server.ts";

export type { Readiness } from "./health.ts";
export type { IncomingWebhook } from "./incoming-webhooks.ts";
export type { RunningServer, ServerOptions } from "./server.ts";

/** Starts listening. Throws `BAD_CONFIGURATION` when the address cannot be had. */
export function startServer(options: ServerOptions): Promise<RunningServer> {
  return serve(schema, options);
}
