/**
 * Structured logs. One pino logger is made in `main` and handed down; rooms accept the small `Log`
 * interface so that they can be tested without pino. A terminal gets readable lines, anything else
 * gets JSON, one object per line.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { createRequire } from "node:module";
import { type Logger, pino } from "pino";

export type Log = Pick<Logger, "debug" | "info" | "warn" | "error" | "child">;
export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

/** A password inside an address, wherever it got into a message or an error. */
const PASSWORD = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/"]*:)[^\s@/"]+@/gi;

const about = new AsyncLocalStorage<Readonly<Record<string, unknown>>>();

/** Does `work`; every line that is logged meanwhile, in whichever room, says what it was about. */
export function loggingAbout<T>(what: Readonly<Record<string, unknown>>, work: () => T): T {
  return about.run(what, work);
}

export function createLog(
  level: LogLevel,
  stream: Pick<NodeJS.WriteStream, "write" | "isTTY"> = process.stderr,
): Log {
  const redact = ["*.token", "*.password", "*.authorization", "headers.authorization"];
  const destination = stream.isTTY ? readable(stream as NodeJS.WriteStream) : stream;
  const write = (line: string) => void destination.write(line.replace(PASSWORD, "$1…@"));
  const mixin = () => ({ ...about.getStore() });
  return pino({ level, base: undefined, redact, mixin }, { write });
}

/** Loaded for a terminal alone; by `require`, because the first lines cannot wait for an import. */
function readable(destination: NodeJS.WriteStream): Pick<NodeJS.WriteStream, "write"> {
  const require = createRequire(import.meta.url);
  const pretty = require("pino-pretty") as typeof import("pino-pretty");
  return pretty({ ignore: "pid,hostname", translateTime: "HH:MM:ss", destination });
}

/** A log that says nothing, for tests and one-shot commands. */
export const silentLog: Log = pino({ level: "silent" });
