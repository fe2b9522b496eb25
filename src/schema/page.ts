/**
 * The arguments of a page, checked before any of them reaches SQL: sizes within bounds, one direction
 * at a time, and cursors that belong to the order they are used with. A cursor holds the sort values
 * of one row, so one from another order or another database is told apart by their types.
 */
import { decodeBase64, decodeCursorChunk } from "@pothos/core";
import { isDay } from "./format.ts";
import { badInput } from "./input-errors.ts";
import { PAGE_MAX } from "./limits.ts";

export interface PageArguments {
  first?: number | null;
  last?: number | null;
  after?: string | null;
  before?: string | null;
}

/** What a sort column holds. */
export type CursorPart = "number" | "text" | "date" | "instant";

/** Throws `BAD_USER_INPUT` for anything that is not a page over rows ordered by `parts`. */
export function checkPage(args: PageArguments, parts: CursorPart[]): void {
  checkPageSize("first", args.first);
  checkPageSize("last", args.last);
  if (args.first != null && args.last != null) {
    throw badInput("last", args.last, 'left out when "first" is given');
  }
  checkCursor("after", args.after, parts);
  checkCursor("before", args.before, parts);
}

/** Throws unless `value` is missing or a page size. */
export function checkPageSize(argument: string, value: number | null | undefined): void {
  if (value == null || (value >= 0 && value <= PAGE_MAX)) return;
  throw badInput(argument, value, `from 0 to ${PAGE_MAX}`);
}

/** Characters of a cursor: plans are kept for pages of relations, and a cursor is in what names them. */
const MOST_CURSOR = 16_384;

function checkCursor(argument: string, cursor: string | null | undefined, parts: CursorPart[]) {
  if (cursor == null) return;
  const values = cursor.length <= MOST_CURSOR ? cursorValues(cursor) : null;
  const fits =
    values?.length === parts.length && parts.every((part, index) => isPart(part, values[index]));
  if (!fits) throw badInput(argument, cursor, "a cursor that this connection gave in this order");
}

/** The sort values inside a cursor; null when it is not one. */
function cursorValues(cursor: string): unknown[] | null {
  try {
    const text = decodeBase64(cursor);
    if (!text.startsWith("DC:")) return null;
    const value: unknown = decodeCursorChunk(text.slice("DC:".length));
    return Array.isArray(value) ? value : [value];
  } catch {
    return null;
  }
}

/** A time as Postgres prints it. */
const INSTANT = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d)?$/;

function isPart(part: CursorPart, value: unknown): boolean {
  if (part === "number") return Number.isSafeInteger(value);
  if (typeof value !== "string" || value.includes("\0")) return false;
  if (part === "instant") return INSTANT.test(value) && !Number.isNaN(Date.parse(value));
  return part === "text" || isDay(value);
}
