/**
 * How much of the network one run may spend on headers. A header carries the whole vocabulary, several
 * megabytes for a file; the budget lets the most downloaded repositories have theirs first and leaves
 * the others to the next runs.
 */
/** Bytes beyond the budget that finishing a repository may cost. */
const OVERDRAFT = 256 * 1024 * 1024;

export class HeaderBudget {
  private readonly bytesPerRun: number;
  private spent = 0;

  constructor(bytesPerRun: number) {
    this.bytesPerRun = bytesPerRun;
  }

  /** True when no header is ever to be read. */
  get isOff(): boolean {
    return this.bytesPerRun === 0;
  }

  /** A new run begins. */
  renew(): void {
    this.spent = 0;
  }

  spend(bytes: number): void {
    this.spent += bytes;
  }

  /** Whether another repository may be begun. */
  get mayBegin(): boolean {
    return this.spent < this.bytesPerRun;
  }

  /** Whether a repository that was begun may go on: it is finished, unless it has no end. */
  get mayGoOn(): boolean {
    return this.spent < this.bytesPerRun + OVERDRAFT;
  }
}
