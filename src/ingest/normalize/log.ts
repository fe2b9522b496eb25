/** Collects what a reader of the record should know while a config is being read. */
import type { ModelIssue } from "../../db/facts.ts";

export class ReadingLog {
  readonly issues: ModelIssue[] = [];

  /** Adds an issue once, however many layers run into it. */
  issue(code: string, field: string, message: string): void {
    if (this.issues.some((known) => known.code === code && known.message === message)) return;
    this.issues.push({ code, field, message });
  }
}
