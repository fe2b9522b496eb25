/**
 * Errors that nobody caught. A rejection that nobody waited for concerns its own work alone and is
 * logged. An exception thrown out of an event may have left anything half-done, so it ends the program;
 * but not one from the database driver, which writes to a socket that has just gone when a server
 * refuses connections. Its connection is made again like any other that was lost.
 */
import { messageOf } from "../errors.ts";
import type { Log } from "../log.ts";

const DRIVER = /node_modules[\\/]postgres[\\/]/;

/** Sets the handlers of this process. */
export function handleStrayErrors(log: Log): void {
  process.on("unhandledRejection", (error) => {
    log.error({ error: messageOf(error) }, "unhandled rejection");
  });
  process.on("uncaughtException", (error) => {
    if (isOfDriver(error)) {
      log.warn({ error: messageOf(error) }, "the database driver tripped over a lost connection");
      return;
    }
    log.error({ err: error }, "an exception that nobody caught");
    process.exit(1);
  });
}

/** Thrown by the driver itself, not by something of ours that it called. */
export function isOfDriver(error: unknown): boolean {
  const first = error instanceof Error && /\n\s+at (.*)/.exec(error.stack ?? "")?.[1];
  return typeof first === "string" && DRIVER.test(first);
}
