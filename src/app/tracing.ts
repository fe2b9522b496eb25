/**
 * OpenTelemetry over OTLP, loaded only where it is configured, but for its interface, which the metrics
 * load anyway. The exporter reads the standard variables itself; what is known here is how its spans are
 * begun and ended.
 */
import { context, propagation, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Config } from "../config.ts";
import { messageOf } from "../errors.ts";
import { type Attributes, setTracer, type TraceCarrier, type Tracer } from "../trace.ts";
import { VERSION } from "./version.ts";

/** A statement without its values, which are never in its text; long ones say enough at their start. */
const LONGEST_STATEMENT = 2_000;

/** Starts to trace; null where that is not wanted. */
export async function startTracing({ tracing }: Config): Promise<Tracer | null> {
  if (!tracing.enabled) return null;
  const [node, { OTLPTraceExporter }, resources] = await Promise.all([
    import("@opentelemetry/sdk-trace-node"),
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("@opentelemetry/resources"),
  ]);
  const { defaultResource, detectResources, envDetector, resourceFromAttributes } = resources;
  const own = { "service.name": tracing.serviceName, "service.version": VERSION };
  const provider = new node.NodeTracerProvider({
    // The variables have the last word.
    resource: defaultResource()
      .merge(resourceFromAttributes(own))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new node.BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  const otel = trace.getTracer("plimsoll", VERSION);

  const tracer: Tracer = {
    span<T>(name: string, attributes: Attributes, work: () => T, carrier?: TraceCarrier): T {
      const parent = carrier ? propagation.extract(context.active(), carrier) : context.active();
      const kind = carrier ? SpanKind.SERVER : SpanKind.INTERNAL;
      const span = otel.startSpan(name, { attributes, kind }, parent);
      const end = (error?: unknown) => {
        if (error !== undefined) {
          span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
        }
        span.end();
      };
      try {
        const result = context.with(trace.setSpan(parent, span), work);
        if (result instanceof Promise) {
          result.then(
            () => end(),
            (error) => end(error),
          );
        } else end();
        return result;
      } catch (error) {
        end(error);
        throw error;
      }
    },
    statement(text) {
      const attributes = {
        "db.system.name": "postgresql",
        "db.query.text": text.slice(0, LONGEST_STATEMENT),
      };
      const name = text.trimStart().split(/\s/, 1)[0]?.toUpperCase() ?? "SQL";
      const span = otel.startSpan(name, { kind: SpanKind.CLIENT, attributes });
      return (error) => {
        if (error !== undefined) {
          span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
        }
        span.end();
      };
    },
    carrier() {
      const carrier: TraceCarrier = {};
      propagation.inject(context.active(), carrier);
      return carrier;
    },
    async close() {
      setTracer(null);
      await provider.shutdown();
    },
  };
  setTracer(tracer);
  return tracer;
}
