/**
 * The metrics of one process, for Prometheus: what it answered and asked of the database, what its
 * parts say of themselves, and Node's own figures.
 */
import { Counter, collectDefaultMetrics, Histogram, Registry } from "prom-client";
import type { StatementObserver } from "../../db/observe.ts";
import { type AnswerMetrics, createAnswerMetrics } from "./answers.ts";
import { addGauges, type GaugeSources } from "./gauges.ts";

export interface Metrics {
  readonly registry: Registry;
  readonly answers: AnswerMetrics;
  /** Counts and times statements. */
  readonly observeStatement: StatementObserver;
  /** Adds what is looked at when the metrics are asked for. */
  watch(sources: GaugeSources): void;
  /** Everything in Prometheus' text format. */
  text(): Promise<string>;
  /** Stops what counts in the background. */
  close(): Promise<void>;
}

export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const statements = new Histogram({
    name: "plimsoll_sql_seconds",
    help: "Time of statements, from being sent to their last row.",
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30],
    registers: [registry],
  });
  const failures = new Counter({
    name: "plimsoll_sql_failures_total",
    help: "Statements that failed.",
    registers: [registry],
  });

  return {
    registry,
    answers: createAnswerMetrics(registry),
    observeStatement() {
      const sentAt = performance.now();
      return (error) => {
        statements.observe((performance.now() - sentAt) / 1000);
        if (error !== undefined) failures.inc();
      };
    },
    watch(sources) {
      addGauges(registry, sources);
    },
    text: () => registry.metrics(),
    async close() {
      registry.clear();
    },
  };
}
