/**
 * The report of a run: how many models came out how, and why entries were left out. Parts of a run
 * (pages, single models) each make a tally; tallies add up to the report in any order.
 */
import type { RunCounts } from "../db/runs.ts";
import { messageOf, PlimsollError } from "../errors.ts";
import { storable } from "./storable.ts";

/** Why entries were left out or set aside, by code. */
export type Reasons = Record<string, { count: number; example: string | null }>;

export interface Tally extends RunCounts {
  pages: number;
  failedPages: number;
  reasons: Reasons;
  /** Latest time of change among the entries, by the upstream's clock. */
  newest: string | null;
  /** The last failure that may pass by itself, in a sentence. */
  error: string | null;
  /** How long an upstream asked to be left alone. */
  retryAfterMs: number | null;
}

export interface RunReport extends Tally {
  runId: string;
  sourceId: string;
  status: "SUCCEEDED" | "FAILED";
  /** Broken off by a person: what had been read until then is kept. */
  stopped: boolean;
  /** False when only what changed since the last run was listed. */
  sweep: boolean;
  seconds: number;
}

export function emptyTally(): Tally {
  return {
    listed: 0,
    created: 0,
    updated: 0,
    unchanged: 0,
    partial: 0,
    quarantined: 0,
    skipped: 0,
    failed: 0,
    pages: 0,
    failedPages: 0,
    reasons: {},
    newest: null,
    error: null,
    retryAfterMs: null,
  };
}

const SUMS = [
  "listed",
  "created",
  "updated",
  "unchanged",
  "partial",
  "quarantined",
  "skipped",
  "failed",
  "pages",
  "failedPages",
] as const satisfies readonly (keyof Tally)[];

/** Adds a part to a whole. */
export function addTally(whole: Tally, part: Tally): void {
  for (const key of SUMS) whole[key] += part[key];
  for (const [code, { count, example }] of Object.entries(part.reasons)) {
    noteReason(whole, code, example, count);
  }
  whole.newest = later(whole.newest, part.newest);
  whole.error = part.error ?? whole.error;
  whole.retryAfterMs = part.retryAfterMs ?? whole.retryAfterMs;
}

export function noteReason(tally: Tally, code: string, example: string | null, count = 1): void {
  const known = tally.reasons[code];
  tally.reasons[code] = {
    count: (known?.count ?? 0) + count,
    example: known?.example ?? storable(example?.slice(0, 300)) ?? null,
  };
}

/** Notes a failure that ended one part of a run: a page or a model. */
export function noteFailure(tally: Tally, part: "page" | "model", error: unknown): void {
  const code = error instanceof PlimsollError ? error.code : "UNEXPECTED";
  const asked = error instanceof PlimsollError ? error.details.retryAfterMs : null;
  tally[part === "page" ? "failedPages" : "failed"]++;
  tally.error = storable(messageOf(error));
  if (typeof asked === "number") tally.retryAfterMs = asked;
  noteReason(tally, part === "page" ? `PAGE_${code}` : code, messageOf(error));
}

/** True when nothing that was listed is missing: the next run may build on this one. */
export function isComplete(tally: Tally): boolean {
  return tally.pages > 0 && tally.failedPages === 0 && tally.failed === 0;
}

/** The later of two ISO times. */
export function later(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return Date.parse(a) >= Date.parse(b) ? a : b;
}
