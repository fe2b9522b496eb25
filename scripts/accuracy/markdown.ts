/** Tables of the accuracy report: a group's figures as one row of Markdown. */

export interface Measured {
  /** Relative; null without an estimate. */
  error: number | null;
}

export const percent = (value: number | null) =>
  value === null ? "–" : `${(100 * value).toFixed(3)}%`;

/** A share of the sorted absolute errors lies below this. */
export function quantile(rows: readonly Measured[], share: number): number | null {
  const sorted = rows
    .flatMap(({ error }) => (error === null ? [] : [Math.abs(error)]))
    .sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
}

/** Splits rows by a key, in the order in which the keys appear. */
export function groupBy<T>(rows: readonly T[], key: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group) group.push(row);
    else groups.set(key(row), [row]);
  }
  return groups;
}

export function printTable(
  title: string,
  head: readonly string[],
  rows: readonly string[][],
): void {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  console.log([`\n### ${title}\n`, line(head), line(head.map(() => "---"))].join("\n"));
  for (const cells of rows) console.log(line(cells));
}

/** Count, how many are within two limits, median, 95th percentile and worst of each group. */
export function printGroups(title: string, first: string, groups: Map<string, Measured[]>): void {
  const head = [first, "cases", "within 0.001%", "within 1%", "median", "95th percentile", "worst"];
  const rows = [...groups].map(([name, list]) => {
    const within = (limit: number) =>
      list.filter(({ error }) => error !== null && Math.abs(error) <= limit).length;
    const figures = [quantile(list, 0.5), quantile(list, 0.95), quantile(list, 1)].map(percent);
    return [name, `${list.length}`, `${within(1e-5)}`, `${within(0.01)}`, ...figures];
  });
  printTable(title, head, rows);
}
