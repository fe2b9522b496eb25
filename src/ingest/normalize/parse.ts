/**
 * Turns the bytes of an upstream file into JSON, within bounds. Everything that is not a config is
 * refused with a reason before it is parsed: pages of HTML, Git LFS pointers, files that are too large
 * or nested too deeply. Keys that could reach an object's prototype are refused as well.
 */
import { PlimsollError } from "../../errors.ts";

/** Real configs stay below 1 MB (the largest known lists hundreds of quantization exceptions). */
export const MAX_CONFIG_BYTES = 8 * 1024 * 1024;
const MAX_DEPTH = 64;
const MAX_VALUES = 500_000;

function refuse(code: "UPSTREAM_INVALID" | "UPSTREAM_TOO_LARGE", message: string): PlimsollError {
  return new PlimsollError(code, message);
}

/** Parses a config file; throws a `PlimsollError` whose message says what it is instead. */
export function parseConfigText(input: string | Uint8Array): unknown {
  if (input.length > MAX_CONFIG_BYTES) {
    throw refuse(
      "UPSTREAM_TOO_LARGE",
      `The file has ${input.length} bytes; ${MAX_CONFIG_BYTES} are read.`,
    );
  }
  const text = (typeof input === "string" ? input : decode(input)).replace(/^\uFEFF/, "");
  const start = text.trimStart().slice(0, 64).toLowerCase();
  if (start === "") throw refuse("UPSTREAM_INVALID", "The file is empty.");
  if (start.startsWith("<")) throw refuse("UPSTREAM_INVALID", "The file is a web page, not JSON.");
  if (start.startsWith("version https://git-lfs")) {
    throw refuse("UPSTREAM_INVALID", "The file is a Git LFS pointer, not its content.");
  }
  checkDepth(text);
  return parse(text);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new PlimsollError("UPSTREAM_INVALID", "The file is not UTF-8 text.", { cause });
  }
}

/** Walks the text once, so that a hostile file never reaches the recursive parser. */
function checkDepth(text: string): void {
  let depth = 0;
  let values = 0;
  for (let i = 0; i < text.length; i++) {
    const mark = text.charCodeAt(i);
    if (mark === 0x22) i = endOfString(text, i);
    else if (mark === 0x5b || mark === 0x7b) {
      if (++depth > MAX_DEPTH) {
        throw refuse("UPSTREAM_INVALID", `The JSON is nested more than ${MAX_DEPTH} levels deep.`);
      }
    } else if (mark === 0x5d || mark === 0x7d) depth--;
    else if (mark === 0x2c && ++values > MAX_VALUES) {
      throw refuse("UPSTREAM_TOO_LARGE", `The JSON has more than ${MAX_VALUES} values.`);
    }
  }
}

function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const mark = text.charCodeAt(i);
    if (mark === 0x5c) i++;
    else if (mark === 0x22) return i;
  }
  return text.length;
}

const POLLUTING = new Set(["__proto__", "constructor", "prototype"]);
/** A text without any of these has no such key; an escape may hide one. */
const SUSPICIOUS = /__proto__|constructor|prototype|\\u/;

function refusePolluting(key: string, value: unknown): unknown {
  if (POLLUTING.has(key))
    throw refuse("UPSTREAM_INVALID", `The JSON has the forbidden key ${key}.`);
  return value;
}

function parse(text: string): unknown {
  // A reviver makes the parser several times slower.
  const reviver = SUSPICIOUS.test(text) ? refusePolluting : undefined;
  try {
    return JSON.parse(text, reviver);
  } catch (cause) {
    if (cause instanceof PlimsollError) throw cause;
    const strict = withoutPythonNumbers(text);
    if (strict === text) throw invalidJson(cause);
    try {
      return JSON.parse(strict, reviver);
    } catch (again) {
      throw again instanceof PlimsollError ? again : invalidJson(again);
    }
  }
}

function invalidJson(cause: unknown): PlimsollError {
  const detail = cause instanceof Error ? cause.message.slice(0, 120) : "";
  return new PlimsollError("UPSTREAM_INVALID", `The file is not JSON: ${detail}`, { cause });
}

/**
 * Python writes `Infinity` and `NaN` bare (Nemotron's `time_step_limit`). They become a number that no
 * bound accepts, so a file is readable as long as none of them stands where a value is needed.
 */
function withoutPythonNumbers(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:Infinity|NaN)\b/g, (part) =>
    part.startsWith('"') ? part : "1e999",
  );
}
