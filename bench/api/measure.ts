/**
 * Rounds of load. Servers take turns within a round, so that whatever else the machine does meets all
 * of them; what is reported is the median of the rounds, with the lowest and the highest.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Contender } from "./contender.ts";
import type { LoadOrder, LoadResult } from "./load.ts";
import type { CatalogSample, QuestionName } from "./questions.ts";

export type Mode = "miss" | "hit-get" | "hit-post";

export interface Measurement {
  contender: string;
  question: QuestionName;
  mode: Mode;
  /** Answers per second: median, lowest and highest of the rounds. */
  perSecond: number;
  lowest: number;
  highest: number;
  p50Ms: number;
  p99Ms: number;
  /** Processor time of the server for one answer, in microseconds; null where it is not known. */
  cpuMicros: number | null;
  wrong: number;
}

export interface Plan {
  contender: Contender;
  question: QuestionName;
  mode: Mode;
}

export interface Settings {
  rounds: number;
  seconds: number;
  connections: number;
  sample: CatalogSample;
  progress(done: number, of: number, what: string): void;
}

/** A server that plans and compiles its answers takes longer than others until it is as fast as it gets. */
const WARM_UP_SECONDS = 8;

export function loadProcess(): ChildProcess {
  return fork(new URL("./load.ts", import.meta.url), { execArgv: ["--import", "tsx"] });
}

export async function measure(
  load: ChildProcess,
  plans: Plan[],
  settings: Settings,
): Promise<Measurement[]> {
  const results = new Map<Plan, (LoadResult & { cpuMicros: number | null })[]>();
  // Every question is asked once more than counted, to warm what wants to be warm.
  const rounds = settings.rounds + 1;
  let asked = 0;
  let done = 0;
  for (let round = 0; round < rounds; round++) {
    for (const plan of plans) {
      const { contender, question, mode } = plan;
      settings.progress(done++, rounds * plans.length, `${contender.name} ${question} ${mode}`);
      const { seconds } = settings;
      const before = contender.cpuSeconds();
      const result = await ask(load, {
        contender: { ...contender },
        question,
        method: mode === "hit-get" ? "GET" : "POST",
        connections: settings.connections,
        seconds: round === 0 && mode === "miss" ? Math.max(seconds, WARM_UP_SECONDS) : seconds,
        from: mode === "miss" ? asked : 0,
        different: mode === "miss",
        sample: settings.sample,
      });
      const after = contender.cpuSeconds();
      if (mode === "miss") asked += result.asked;
      const cpuMicros =
        before === null || after === null ? null : ((after - before) * 1e6) / result.answers;
      if (round > 0) results.set(plan, [...(results.get(plan) ?? []), { ...result, cpuMicros }]);
    }
  }
  return plans.map((plan) => summed(plan, results.get(plan) ?? []));
}

async function ask(load: ChildProcess, order: LoadOrder): Promise<LoadResult> {
  const answer = once(load, "message");
  load.send(order);
  const [result] = await answer;
  return result as LoadResult;
}

function summed(
  { contender, question, mode }: Plan,
  rounds: (LoadResult & { cpuMicros: number | null })[],
): Measurement {
  const sorted = (pick: (round: LoadResult & { cpuMicros: number | null }) => number) =>
    rounds.map(pick).sort((a, b) => a - b);
  const median = (values: number[]) => values[Math.floor(values.length / 2)] ?? Number.NaN;
  const rates = sorted((round) => round.perSecond);
  const cpu = rounds.some((round) => round.cpuMicros === null)
    ? null
    : median(sorted((round) => round.cpuMicros ?? 0));
  return {
    contender: contender.name,
    question,
    mode,
    perSecond: median(rates),
    lowest: rates[0] ?? Number.NaN,
    highest: rates.at(-1) ?? Number.NaN,
    p50Ms: median(sorted((round) => round.p50Ms)),
    p99Ms: median(sorted((round) => round.p99Ms)),
    cpuMicros: cpu,
    wrong: rounds.reduce((sum, round) => sum + round.wrong, 0),
  };
}
