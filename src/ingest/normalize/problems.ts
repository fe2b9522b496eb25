/** What can be wrong with a config, as typed errors that name the key. */
import { PlimsollError } from "../../errors.ts";

/** The config contradicts itself. */
export function invalid(key: string, message: string): PlimsollError {
  return new PlimsollError("INVALID_CONFIG", message, { details: { field: key } });
}

/** A value that no real model can have: the whole file is not believed. */
export function hostile(key: string, message: string): PlimsollError {
  return new PlimsollError("INVALID_CONFIG", message, { details: { field: key, hostile: true } });
}

export function missing(key: string, message: string): PlimsollError {
  return new PlimsollError("INVALID_CONFIG", message, { details: { field: key, missing: true } });
}

export function unknownArchitecture(key: string, message: string): PlimsollError {
  return new PlimsollError("UNKNOWN_ARCHITECTURE", message, { details: { field: key } });
}

/** A printable form of an upstream value, cut short: it ends up in messages. */
export function show(value: unknown): string {
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "NaN or Infinity";
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
