/**
 * Counting answers. A kept answer is sent in a few microseconds, so its count is one addition here and
 * becomes a Prometheus counter when that is asked for; only answers that were worked for are timed.
 */
import type { IncomingMessage } from "node:http";
import { Counter, Histogram, type Registry } from "prom-client";
import type { AnswerAbout } from "../answers/answer.ts";
import type { AnswerKind } from "../graphql/answering.ts";

/** Clients choose the names of operations, and each is in every reading of the metrics. */
const MOST_OPERATIONS = 100;
const LONGEST_NAME = 100;
const OTHERS = "(others)";
const UNNAMED = "(unnamed)";

const startedAt = Symbol("startedAt");
type Timed = IncomingMessage & { [startedAt]?: number };

export interface AnswerMetrics {
  begin(req: IncomingMessage): void;
  count(kind: AnswerKind, req: IncomingMessage, about: AnswerAbout | null): void;
}

export function createAnswerMetrics(registry: Registry): AnswerMetrics {
  const registers = [registry];
  const counts = new Map<string, Map<AnswerKind, number>>();
  const seconds = new Histogram({
    name: "plimsoll_graphql_answer_seconds",
    help: "Time from a request to its answer, for answers that were not kept, by how they were made.",
    labelNames: ["answer"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20],
    registers,
  });
  const costs = new Histogram({
    name: "plimsoll_graphql_cost",
    help: "Cost of operations that were computed; 10000 is the limit.",
    buckets: [1, 10, 30, 100, 300, 1_000, 3_000, 10_000],
    registers,
  });
  new Counter({
    name: "plimsoll_graphql_answers_total",
    help: "Answers by operation and by how they were made: hit, confirmed (304), joined, computed, refused, passed.",
    labelNames: ["operation", "answer"],
    registers,
    collect() {
      this.reset();
      for (const [operation, kinds] of counts) {
        for (const [answer, count] of kinds) this.inc({ operation, answer }, count);
      }
    },
  });

  function kindsOf(about: AnswerAbout | null): Map<AnswerKind, number> {
    const operation = about?.operation ?? UNNAMED;
    const found = counts.get(operation);
    if (found) return found;
    const isKept = counts.size < MOST_OPERATIONS && operation.length <= LONGEST_NAME;
    const known = isKept ? operation : OTHERS;
    const kinds = counts.get(known) ?? new Map<AnswerKind, number>();
    counts.set(known, kinds);
    return kinds;
  }

  return {
    begin(req: Timed) {
      req[startedAt] = performance.now();
    },
    count(kind, req: Timed, about) {
      const kinds = kindsOf(about);
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      if (kind === "hit" || kind === "confirmed") return;
      const began = req[startedAt];
      if (began !== undefined)
        seconds.observe({ answer: kind }, (performance.now() - began) / 1000);
      if (kind === "computed" && about?.cost != null) costs.observe(about.cost);
    },
  };
}
