/** Lets a bounded number of callers through per host; the others wait in line. */
export class Gate {
  private readonly width: number;
  private readonly busy = new Map<string, number>();
  private readonly waiting = new Map<string, (() => void)[]>();

  constructor(width: number) {
    this.width = width;
  }

  async run<T>(host: string, work: () => Promise<T>): Promise<T> {
    await this.enter(host);
    try {
      return await work();
    } finally {
      this.leave(host);
    }
  }

  private async enter(host: string): Promise<void> {
    const busy = this.busy.get(host) ?? 0;
    if (busy < this.width) {
      this.busy.set(host, busy + 1);
      return;
    }
    const line = this.waiting.get(host) ?? [];
    this.waiting.set(host, line);
    await new Promise<void>((enter) => line.push(enter));
  }

  /** The place goes to the first in line, or is free again. */
  private leave(host: string): void {
    const next = this.waiting.get(host)?.shift();
    if (next) next();
    else this.busy.set(host, (this.busy.get(host) ?? 1) - 1);
  }
}
