/** Figures as people read them (671.0B parameters, a context of 64K, Dec 26, 2024), and days. */

// Made once, at the first use: finding the rules of a language takes a hundred times as long as using them.
let integers: Intl.NumberFormat | undefined;
let days: Intl.DateTimeFormat | undefined;

/** A count of parameters: one decimal and T, B or M; plain below a million. */
export function formatParameters(count: number): string {
  if (count >= 1e12) return `${(count / 1e12).toFixed(1)}T`;
  if (count >= 1e9) return `${(count / 1e9).toFixed(1)}B`;
  if (count >= 1e6) return `${(count / 1e6).toFixed(1)}M`;
  return formatInteger(count);
}

/** A context in tokens: 65,536 is 64K and 1,048,576 is 1M, where publishers count in 1,024s. */
export function formatTokens(tokens: number): string {
  const step = tokens % 1024 === 0 ? 1024 : 1000;
  if (tokens < step) return String(tokens);
  const thousands = tokens / step;
  if (thousands < step) return `${shortest(thousands)}K`;
  return `${shortest(thousands / step)}M`;
}

/** A whole number with thousands separators: 7,168. */
export function formatInteger(value: number): string {
  integers ??= new Intl.NumberFormat("en-US");
  return integers.format(value);
}

/** A day: Dec 26, 2024. */
export function formatDay(isoDay: string): string {
  days ??= new Intl.DateTimeFormat("en-US", { dateStyle: "medium", timeZone: "UTC" });
  return days.format(new Date(`${isoDay}T00:00:00Z`));
}

/** True for a day that exists, as YYYY-MM-DD; Postgres refuses any other. */
export function isDay(text: string): boolean {
  if (!/^(?!0000)\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** At most one decimal, and none when it is zero. */
function shortest(value: number): string {
  return String(Math.round(value * 10) / 10);
}
