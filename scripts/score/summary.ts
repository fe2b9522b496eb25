/** One line per quantity: how many cases, how many exact, and how far off the others are. */
import type { Case } from "./case.ts";

export interface Summary {
  summary: string;
  count: number;
  answered: number;
  exact: number;
  /** Absolute relative errors. */
  median: number | null;
  p90: number | null;
  worst: number | null;
  worstId: string | null;
  /** Cases inside their own interval, of those that have one. */
  inside?: number;
  withInterval?: number;
}

export function* summaries(cases: Iterable<Case>): Generator<Summary> {
  const byQuantity = new Map<string, Case[]>();
  for (const scored of cases) {
    const list = byQuantity.get(scored.quantity) ?? [];
    list.push(scored);
    byQuantity.set(scored.quantity, list);
  }
  for (const [quantity, list] of byQuantity) yield summarize(quantity, list);
}

export function summarize(quantity: string, cases: Case[]): Summary {
  const answered = cases.filter((scored) => scored.relativeError !== null);
  const sorted = [...answered].sort(
    (a, b) => Math.abs(a.relativeError!) - Math.abs(b.relativeError!),
  );
  const at = (share: number) => {
    const found = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    return found === undefined ? null : Math.abs(found.relativeError!);
  };
  const bounded = cases.filter((scored) => scored.low !== undefined && scored.high !== undefined);
  return {
    summary: quantity,
    count: cases.length,
    answered: answered.length,
    exact: answered.filter((scored) => scored.got === scored.expected).length,
    median: at(0.5),
    p90: at(0.9),
    worst: at(1),
    worstId: sorted.at(-1)?.id ?? null,
    ...(bounded.length > 0 && {
      inside: bounded.filter((c) => c.expected! >= c.low! && c.expected! <= c.high!).length,
      withInterval: bounded.length,
    }),
  };
}
