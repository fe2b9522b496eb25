/** The run as one HTML page with a bar chart for each question: `bench/report.html`. */
import type { Measurement } from "./measure.ts";
import type { Ratio } from "./report.ts";

const WIDTH = 620;
const ROW = 22;
const LABEL = 170;

function chart(title: string, rows: Measurement[]): string {
  const most = Math.max(...rows.map((row) => row.highest));
  const x = (rate: number) => LABEL + (rate / most) * (WIDTH - LABEL - 70);
  const bars = rows.map((row, index) => {
    const y = index * ROW + 4;
    const middle = y + 7;
    const name = `${row.contender}${row.mode === "miss" ? "" : ` ${row.mode}`}`;
    return `<g class="${row.contender === "plimsoll" ? "own" : "other"}">
<text x="${LABEL - 8}" y="${y + 11}" text-anchor="end">${name}</text>
<rect x="${LABEL}" y="${y}" width="${(x(row.perSecond) - LABEL).toFixed(1)}" height="14"/>
<path d="M${x(row.lowest).toFixed(1)} ${middle}H${x(row.highest).toFixed(1)}"/>
<text x="${(x(row.highest) + 6).toFixed(1)}" y="${y + 11}">${Math.round(row.perSecond).toLocaleString("en")}</text></g>`;
  });
  return `<h2>${title}</h2>
<svg role="img" aria-label="${title}" viewBox="0 0 ${WIDTH} ${rows.length * ROW + 6}">${bars.join("\n")}</svg>`;
}

export function reportPage(measurements: Measurement[], ratios: Ratio[], facts: string): string {
  const questions = [...new Set(measurements.map((one) => one.question))];
  const charts = questions.map((question) =>
    chart(
      `${question}: answers per second`,
      measurements.filter((one) => one.question === question),
    ),
  );
  const rows = ratios.map(
    ({ name, value, target }) =>
      `<tr><td>${name}</td><td>${value.toFixed(2)}</td><td>${target === null ? "" : `≥ ${target}`}</td><td>${target === null ? "" : value >= target ? "met" : "missed"}</td></tr>`,
  );
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Plimsoll: benchmark</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
svg { width: 100%; font-size: 12px; } text { fill: currentColor; }
.own rect { fill: #2f81d8; } .other rect { fill: #9aa5b1; } path { stroke: currentColor; }
td, th { text-align: left; padding: .1rem 1rem .1rem 0; }
</style>
<h1>Benchmark</h1>
<p>${facts} Bars are medians of the rounds, lines reach from the lowest to the highest.</p>
${charts.join("\n")}
<h2>Ratios</h2>
<table><tr><th>Plimsoll to another</th><th>ratio</th><th>target</th><th></th></tr>
${rows.join("\n")}
</table></html>
`;
}
