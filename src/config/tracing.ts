/**
 * The standard variables of OpenTelemetry. Its own packages read them, and more of them than these;
 * what is decided here is whether those packages are loaded at all.
 */
import * as z from "zod";
import { urlOf } from "./values.ts";

const endpoint = () => urlOf("https:", "http:").optional();

export const tracingVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint().describe(
    "OpenTelemetry collector that takes OTLP over HTTP; traces are off without one.",
  ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint().describe("The same, for traces alone."),
  OTEL_TRACES_EXPORTER: z
    .enum(["otlp", "none"], { error: "must be otlp or none" })
    .optional()
    .describe("`otlp` sends traces to the standard address when no endpoint is set; `none` never."),
  OTEL_SDK_DISABLED: z
    .string()
    .default("false")
    .transform((text) => text.toLowerCase() === "true")
    .describe("`true` switches traces off."),
  OTEL_SERVICE_NAME: z.string().default("plimsoll").describe("Name of the service in traces."),
};

const tracingValues = z.object(tracingVariables);

export interface TracingConfig {
  enabled: boolean;
  serviceName: string;
}

export function readTracing(values: z.infer<typeof tracingValues>): TracingConfig {
  const named =
    values.OTEL_EXPORTER_OTLP_ENDPOINT ??
    values.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ??
    (values.OTEL_TRACES_EXPORTER === "otlp" ? "standard" : undefined);
  const off = values.OTEL_TRACES_EXPORTER === "none" || values.OTEL_SDK_DISABLED;
  return { enabled: named !== undefined && !off, serviceName: values.OTEL_SERVICE_NAME };
}
