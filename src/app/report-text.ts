/** Reports for people: a run, what a run would change, and tables in columns. */
import type { DryEvent } from "../ingest/dry-run.ts";
import type { RunReport } from "../ingest/report.ts";

const COUNTS = [
  ["listed", "listed"],
  ["created", "created"],
  ["updated", "updated"],
  ["unchanged", "unchanged"],
  ["partial", "without a shape"],
  ["quarantined", "set aside"],
  ["skipped", "left out"],
  ["failed", "not read"],
  ["failedPages", "pages not read"],
] as const satisfies readonly (readonly [keyof RunReport, string])[];

/** How a run ended, what it counted, and why entries were left out. */
export function formatReport(title: string, report: RunReport): string {
  const end = report.stopped ? "stopped after" : `${report.status.toLowerCase()} in`;
  const head = `${title}: ${end} ${report.seconds.toFixed(1)} s`;
  // That nothing was listed is told as well: an organization may be misspelt.
  const counts = COUNTS.filter(([key]) => report[key] > 0 || key === "listed");
  const figures = counts.map(([key, label]) => [`  ${label}`, String(report[key])]);
  const reasons = Object.entries(report.reasons)
    .sort(([, a], [, b]) => b.count - a.count)
    .map(([code, { count, example }]) => [`  ${count} × ${code}`, example ?? ""]);
  const error = report.error === null || report.stopped ? [] : [`  last failure: ${report.error}`];
  return [head, ...columns(figures), ...columns(reasons), ...error].join("\n");
}

/** One line per model and changed fact. */
export function formatDiff(events: DryEvent[]): string {
  if (events.length === 0) return "Nothing would change.";
  const lines = events.flatMap(({ kind, modelSlug, message, changes }) => {
    if (kind === "MODEL_ADDED") return [`+ ${modelSlug}`];
    const details = changes.map(
      ({ field, from, to }) => `    ${field}: ${brief(from)} → ${brief(to)}`,
    );
    return [`~ ${modelSlug}: ${message}`, ...details];
  });
  return lines.join("\n");
}

/** Rows with their cells one below the other. */
export function columns(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
