/**
 * Structured logs. One pino logger is made in `main` and handed down; rooms accept the small `Log`
 * interface so that they can be tested without pino. A terminal gets readable lines, anything else
 * gets JSON, one object per line.
 */
import { type Logger, pino } from "pino";
import pretty from "pino-pretty";

export type Log = Pick<Logger, "debug" | "info" | "warn" | "error" | "child">;
export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

export function createLog(level: LogLevel, stream: NodeJS.WriteStream = process.stderr): Log {
  const redact = ["*.token", "*.password", "*.authorization", "headers.authorization"];
  if (!stream.isTTY) return pino({ level, base: undefined, redact }, stream);
  const readable = pretty({
    ignore: "pid,hostname",
    translateTime: "HH:MM:ss",
    destination: stream,
  });
  return pino({ level, base: undefined, redact }, readable);
}

/** A log that says nothing, for tests and one-shot commands. */
export const silentLog: Log = pino({ level: "silent" });
