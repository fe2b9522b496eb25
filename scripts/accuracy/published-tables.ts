/** The tables of published sizes: by source, quantization and family, the exceptions, the worst rows. */
import { type ComparedSize, comparedSizes } from "./file-sizes.ts";
import { groupBy, percent, printGroups, printTable, quantile } from "./markdown.ts";
import { type ComparedCheckpoint, mlxSizes } from "./mlx-sizes.ts";
import { safetensorsTotals } from "./safetensors-totals.ts";

const WORST_ROWS = 20;
/** Rounding below the error that we ask of ourselves, so that it cannot hide one. */
const FINE = 0.003;
const WORST_PER_REASON = 3;

export function printPublished(): void {
  printGgufs(comparedSizes());
  const { compared, skipped } = mlxSizes();
  printCheckpoints("MLX repositories", compared);
  console.log(`\n${skipped} further repositories have no config here or another format.`);
  printCheckpoints("Safetensors totals", safetensorsTotals());
}

function printGgufs(files: ComparedSize[]): void {
  const standard = files.filter(({ exception }) => exception === null);
  const others = files.filter(({ exception }) => exception !== null);
  const bySource = groupBy(standard, ({ source }) => source);
  const whole = new Map([
    ["standard files", standard],
    ["of these, sizes known to ±0.3%", standard.filter((file) => rounding(file) <= FINE)],
    ["all files with an estimate, exceptions included", files.filter((f) => f.error !== null)],
  ]);
  printGroups("Published GGUF files", "", whole);
  printGroups("Standard GGUF files, by source", "source", bySource);
  printRounding(bySource);
  const byQuant = groupBy(standard, ({ quant }) => quant);
  printGroups("Standard GGUF files, by quantization", "quantization", sortedByName(byQuant));
  const byFamily = groupBy(standard, ({ family }) => family);
  printGroups("Standard GGUF files, by family", "family", sortedByName(byFamily));
  printWorst("Standard GGUF files, worst rows", standard, WORST_ROWS);
  const reasons = groupBy(others, ({ exception }) => exception ?? "");
  printGroups("Exceptions, by reason", "reason", reasons);
  const worst = [...reasons.values()].flatMap((list) => worstOf(list, WORST_PER_REASON));
  printWorst("Exceptions, worst rows of each reason", worst, worst.length);
}

/** Half the width of what a source's text can mean, relative to it. */
const rounding = ({ low, high }: ComparedSize) => (high - low) / (high + low);

function printRounding(bySource: Map<string, ComparedSize[]>): void {
  const rows = [...bySource].map(([source, list]) => {
    const widths = list.map((file) => ({ error: rounding(file) }));
    return [source, percent(quantile(widths, 0.5)), percent(quantile(widths, 0.95))];
  });
  printTable("Rounding of the sources, ±", ["source", "median", "95th percentile"], rows);
}

function printCheckpoints(title: string, rows: ComparedCheckpoint[]): void {
  printGroups(
    title,
    "what the figure is",
    groupBy(rows, ({ exception }) => exception ?? "standard"),
  );
}

function sortedByName<T>(groups: Map<string, T[]>): Map<string, T[]> {
  return new Map([...groups].sort(([a], [b]) => a.localeCompare(b)));
}

function worstOf(files: readonly ComparedSize[], count: number): ComparedSize[] {
  return files
    .filter(({ error }) => error !== null && error !== 0)
    .sort((a, b) => Math.abs(b.error!) - Math.abs(a.error!))
    .slice(0, count);
}

function printWorst(title: string, files: readonly ComparedSize[], count: number): void {
  const rows = worstOf(files, count).map(({ source, name, quant, low, high, estimate, error }) => {
    const published = low === high ? `${low}` : `${low}–${high}`;
    return [`${source}: ${name}`, quant, published, `${estimate}`, percent(error)];
  });
  printTable(title, ["file", "quantization", "published", "estimated", "off"], rows);
}
