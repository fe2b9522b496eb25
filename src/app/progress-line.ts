/** One line on a terminal that says how far a run is: done, rate, what the host allows, time left. */
import type { LocalBudget } from "../ingest/http/budget.ts";

const WIDTH = 24;
const PAUSE_MS = 100;

export class ProgressLine {
  private readonly title: string;
  private readonly budget: LocalBudget;
  private readonly out: NodeJS.WriteStream;
  private readonly startedAt = Date.now();
  private shownAt = 0;

  constructor(title: string, budget: LocalBudget, out: NodeJS.WriteStream = process.stderr) {
    this.title = title;
    this.budget = budget;
    this.out = out;
  }

  /** Draws the line anew, at most ten times a second, and only on a terminal. */
  show(done: number, expected: number): void {
    const now = Date.now();
    if (!this.out.isTTY || now - this.shownAt < PAUSE_MS) return;
    this.shownAt = now;
    const seconds = (now - this.startedAt) / 1000;
    const text = progressText(this.title, done, expected, seconds, this.budget.remaining());
    this.out.write(`\r\x1b[K${text}`);
  }

  end(): void {
    if (this.out.isTTY) this.out.write("\r\x1b[K");
  }
}

export function progressText(
  title: string,
  done: number,
  expected: number,
  seconds: number,
  budget: number | null,
): string {
  const share = expected > 0 ? Math.min(1, done / expected) : 0;
  const full = Math.round(share * WIDTH);
  const rate = seconds > 0 ? done / seconds : 0;
  const left = rate > 0 ? Math.max(0, expected - done) / rate : null;
  return [
    `${title} ${"█".repeat(full)}${"░".repeat(WIDTH - full)} ${done} of about ${Math.round(expected)}`,
    `${rate.toFixed(1)}/s`,
    budget === null ? "no limit announced" : `${budget} requests left`,
    left === null ? "" : `${duration(left)} to go`,
  ]
    .filter((part) => part !== "")
    .join(" · ");
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
