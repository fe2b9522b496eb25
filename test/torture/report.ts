/** What a part of the torture says of one fault, and the table of all of them. */

export interface Row {
  fault: string;
  rounds: number;
  /** Facts or events that were gone afterwards. */
  lost: number;
  /** Facts or events that were there more than once. */
  doubled: number;
  /** Longest time without an answer, in milliseconds; null where nothing was out. */
  longestOutageMs: number | null;
  verdict: "held" | "BROKEN" | "skipped";
  /** What was measured, or why it failed or was skipped. */
  note: string;
}

/** How much of it to do. */
export interface Effort {
  /** Rounds of each fault that is repeated. */
  rounds: number;
  /** Minutes of load. */
  minutes: number;
  /** The same seed draws the same moments and questions. */
  seed: number;
  /** Tells how far it is, for people. */
  say(line: string): void;
}

export const silent = (): void => {};

/** A row that holds unless something went wrong in it. */
export function row(fault: string, rounds: number, found: Partial<Row> = {}): Row {
  const { lost = 0, doubled = 0 } = found;
  const verdict = found.verdict ?? (lost + doubled > 0 ? "BROKEN" : "held");
  return { fault, rounds, longestOutageMs: null, note: "", ...found, lost, doubled, verdict };
}

/** A Markdown table, as it stands in docs/reliability.md. */
export function table(rows: Row[]): string {
  const head = ["fault", "rounds", "lost", "doubled", "longest outage", "verdict", "note"];
  const lines = rows.map((one) => [
    one.fault,
    String(one.rounds),
    String(one.lost),
    String(one.doubled),
    one.longestOutageMs === null ? "–" : `${(one.longestOutageMs / 1000).toFixed(1)} s`,
    one.verdict,
    one.note.replaceAll("|", "\\|").replaceAll("\n", " "),
  ]);
  const widths = head.map((name, column) =>
    Math.max(name.length, ...lines.map((line) => line[column]!.length)),
  );
  const print = (cells: string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  return [print(head), print(widths.map((width) => "-".repeat(width))), ...lines.map(print)].join(
    "\n",
  );
}
