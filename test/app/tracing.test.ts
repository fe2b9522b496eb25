/** Traces over OTLP: from the caller's own through HTTP and GraphQL to SQL, and from there to the job. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { expect, it, onTestFinished } from "vitest";
import { useTestDatabase } from "../helpers/database.ts";
import { startPlimsoll } from "../helpers/plimsoll.ts";

interface Span {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
}

const database = useTestDatabase();
const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";

/** A collector that keeps what it is sent. */
async function startCollector() {
  const spans: Span[] = [];
  const resource: Record<string, unknown> = {};
  const server = createServer(async (req, res) => {
    const sent = JSON.parse(await text(req));
    for (const { resource: from, scopeSpans } of sent.resourceSpans) {
      for (const { key, value } of from.attributes) resource[key] = value.stringValue;
      for (const scope of scopeSpans) spans.push(...scope.spans);
    }
    res.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans, resource };
}

it("belong to the caller's trace and reach from the request to its statements and its job", async () => {
  const { url, spans, resource } = await startCollector();
  const token = "a-token-of-twenty-four-c";
  const plimsoll = await startPlimsoll({
    DATABASE_URL: database.url,
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_BSP_SCHEDULE_DELAY: "100",
    OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=trial",
    ADMIN_TOKEN: token,
    HF_ENDPOINT: "http://127.0.0.1:1",
  });
  onTestFinished(() => void plimsoll.stop("SIGKILL"));
  const ask = (query: string) =>
    fetch(`${plimsoll.url}/graphql`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${token}`,
        traceparent: `00-${TRACE}-${PARENT}-01`,
      },
      body: JSON.stringify({ query }),
    });
  await ask("query Names { models(first: 1) { nodes { name } } }");
  await ask(`mutation { syncSource(source: "hugging-face") }`);
  const mine = () => spans.filter(({ traceId }) => traceId === TRACE);
  const named = (name: string) => mine().find((span) => span.name.startsWith(name));
  await expect.poll(() => named("job run"), { timeout: 30_000 }).toBeDefined();
  expect(resource).toMatchObject({
    "service.name": "plimsoll",
    "deployment.environment.name": "trial",
    "telemetry.sdk.language": "nodejs",
  });
  await expect.poll(() => named("SELECT") ?? named("select")).toBeDefined();
  const request = named("POST /graphql")!;
  expect(request.parentSpanId).toBe(PARENT);
  const query = named("query Names")!;
  expect(query.parentSpanId).toBe(request.spanId);
  const field = named("Query.models")!;
  expect(field.parentSpanId).toBe(query.spanId);
  expect(mine().some(({ parentSpanId }) => parentSpanId === field.spanId)).toBe(true);
  // What a run is made of belongs to it.
  await expect.poll(() => named("job part")?.parentSpanId, { timeout: 30_000 }).toBeDefined();
  const runs = mine().filter(({ name }) => name === "job run");
  expect(runs.map(({ spanId }) => spanId)).toContain(named("job part")!.parentSpanId);
  expect(await plimsoll.stop("SIGTERM")).toBe(0);
}, 90_000);
