/** What a run found, as a table for a terminal, a comparison with the last baseline, and a page. */
import type { Measurement } from "./measure.ts";
import type { QuestionName } from "./questions.ts";

export interface Ratio {
  /** Such as `page hit-get / static`. */
  name: string;
  value: number;
  /** What the project aims at; null where there is no target. */
  target: number | null;
}

/** Least ratios of Plimsoll to another server in the same run. */
const TARGETS: {
  mode: Measurement["mode"];
  to: string;
  least: Partial<Record<QuestionName, number>>;
}[] = [
  { mode: "hit-get", to: "static", least: { page: 0.75, list: 0.75, search: 0.75, one: 0.75 } },
  { mode: "hit-post", to: "static", least: { page: 0.5, list: 0.5, search: 0.5, one: 0.5 } },
  { mode: "miss", to: "mercurius", least: { page: 1.2, list: 1.0, search: 1.0 } },
  { mode: "miss", to: "tailored", least: { page: 1.2, list: 1.0, search: 1.0 } },
  { mode: "miss", to: "postgraphile", least: { page: 1.5, list: 1.4, search: 1.0 } },
  { mode: "miss", to: "yoga", least: { one: 1.3 } },
  { mode: "miss", to: "raw", least: {} },
];

/** Plimsoll against each other server. The static buffer is asked by the same method. */
export function ratiosOf(measurements: Measurement[]): Ratio[] {
  const find = (contender: string, question: QuestionName, mode: Measurement["mode"]) =>
    measurements.find(
      (one) => one.contender === contender && one.question === question && one.mode === mode,
    );
  return TARGETS.flatMap(({ mode, to, least }) =>
    (["page", "list", "search", "one"] as const).flatMap((question) => {
      const ours = find("plimsoll", question, mode);
      const theirs = find(to, question, mode);
      if (!ours || !theirs) return [];
      const value = ours.perSecond / theirs.perSecond;
      return [{ name: `${question} ${mode} / ${to}`, value, target: least[question] ?? null }];
    }),
  );
}

export function table(measurements: Measurement[]): string {
  const rows = measurements.map((m) => [
    m.question,
    m.mode,
    m.contender,
    Math.round(m.perSecond).toLocaleString("en"),
    `${Math.round(m.lowest).toLocaleString("en")}–${Math.round(m.highest).toLocaleString("en")}`,
    m.p50Ms.toFixed(2),
    m.p99Ms.toFixed(2),
    m.cpuMicros === null ? "–" : m.cpuMicros.toFixed(0),
    m.wrong === 0 ? "" : `${m.wrong} wrong`,
  ]);
  const head = [
    "question",
    "mode",
    "server",
    "per second",
    "lowest–highest",
    "p50 ms",
    "p99 ms",
    "CPU µs",
    "",
  ];
  return aligned([head, ...rows]);
}

export function ratioTable(ratios: Ratio[], baseline: Record<string, number>): string {
  const rows = ratios.map(({ name, value, target }) => [
    name,
    value.toFixed(2),
    target === null ? "" : `≥ ${target}`,
    target === null ? "" : value >= target ? "met" : "missed",
    baseline[name] === undefined ? "" : `was ${baseline[name].toFixed(2)}`,
  ]);
  return aligned([["Plimsoll to another", "ratio", "target", "", "baseline"], ...rows]);
}

function aligned(rows: string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
