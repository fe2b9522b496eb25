/**
 * Spans for OpenTelemetry, from a request to its statements and to the jobs it asked for. Nothing of
 * OpenTelemetry is loaded here: `app/tracing.ts` puts a tracer in where one is configured, and without
 * it the work is simply done.
 */

export type Attributes = Record<string, string | number>;
/** What carries a trace from one process to another: the headers of the W3C. */
export type TraceCarrier = Record<string, string | string[] | undefined>;

export interface Tracer {
  /** Does the work inside a span, which belongs to the current one or to what the carrier names. */
  span<T>(name: string, attributes: Attributes, work: () => T, carrier?: TraceCarrier): T;
  /** Begins a span of a statement; what it gives ends it. */
  statement(text: string): (error?: unknown) => void;
  /** The current span, to be carried elsewhere. */
  carrier(): TraceCarrier;
  close(): Promise<void>;
}

let tracer: Tracer | null = null;

/** Null switches traces off again. */
export function setTracer(next: Tracer | null): void {
  tracer = next;
}

export function isTracing(): boolean {
  return tracer !== null;
}

export function inSpan<T>(
  name: string,
  attributes: Attributes,
  work: () => T,
  carrier?: TraceCarrier,
): T {
  return tracer === null ? work() : tracer.span(name, attributes, work, carrier);
}

const nothing = () => {};

export function traceStatement(text: string): (error?: unknown) => void {
  return tracer === null ? nothing : tracer.statement(text);
}

/** Undefined where there is nothing to carry. */
export function traceCarrier(): TraceCarrier | undefined {
  return tracer?.carrier();
}
