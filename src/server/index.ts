/** The door of the room: the server of the catalog's own schema. */
import { schema } from "../schema/index.ts";
import { type RunningServer, type ServerOptions, serve } from "./server.ts";

export type { Readiness } from "./health.ts";
export type { RunningServer, ServerOptions } from "./server.ts";

/** The state of sources and their runs moves without an event of the catalog. */
const VOLATILE_TYPES = ["Source", "IngestRun"];

/** Starts listening. Throws `BAD_CONFIGURATION` when the address cannot be had. */
export function startServer(options: ServerOptions): Promise<RunningServer> {
  return serve(schema, VOLATILE_TYPES, options);
}
