/** The change log: looked back on in pages, replayed from a number, and followed live. */
import { type ExecutionResult, parse, subscribe } from "graphql";
import { expect, it } from "vitest";
import { writeRecords } from "../../src/db/catalog.ts";
import { schema } from "../../src/schema/index.ts";
import { modelRecord } from "../helpers/records.ts";
import { useCatalog } from "./catalog.ts";

const catalog = useCatalog();

interface Event {
  number: number;
  kind: string;
  model: { slug: string; name: string } | null;
}

async function follow(
  args: string,
): Promise<AsyncIterator<ExecutionResult<{ catalogUpdated: Event }>>> {
  const document = parse(
    `subscription { catalogUpdated${args} { number kind at message model { slug name } } }`,
  );
  const result = await subscribe({ schema, document, contextValue: catalog.context() });
  if (!(Symbol.asyncIterator in result)) throw result.errors?.[0];
  return result as AsyncIterator<ExecutionResult<{ catalogUpdated: Event }>>;
}

async function take(stream: AsyncIterator<ExecutionResult<{ catalogUpdated: Event }>>) {
  const { value } = await stream.next();
  expect(value.errors).toBeUndefined();
  return value.data.catalogUpdated as Event;
}

const addModel = (id: string) => writeRecords(catalog.db, "test", [modelRecord(id)]);

it("replays every event after a number, then follows live, without a gap", async () => {
  const { catalogVersion } = await catalog.ask("{ catalogVersion }");
  expect(catalogVersion).toBeGreaterThanOrEqual(14);
  const stream = await follow(`(after: ${catalogVersion - 2})`);
  expect((await take(stream)).number).toBe(catalogVersion - 1);
  expect((await take(stream)).number).toBe(catalogVersion);
  const pending = take(stream);
  await addModel("somebody/new-model");
  expect(await pending).toMatchObject({
    number: catalogVersion + 1,
    kind: "MODEL_ADDED",
    model: { slug: "new-model", name: "new-model" },
  });
  await stream.return?.();
});

it("starts from now on when no number is given, and sends only what the filter lets through", async () => {
  const stream = await follow('(filter: { organization: "somebody-else", kinds: [MODEL_ADDED] })');
  const pending = take(stream);
  await addModel("another/model-a");
  await addModel("somebody-else/model-b");
  expect((await pending).model?.slug).toBe("model-b");
  await stream.return?.();
});

it("ends at once when the subscriber leaves while nothing happens", async () => {
  const stream = await follow("");
  const pending = stream.next();
  await stream.return?.();
  expect((await pending).done).toBe(true);
});

it("refuses a number that this log has not reached", async () => {
  for (const after of [-1, 1_000_000]) {
    await expect(follow(`(after: ${after})`)).rejects.toMatchObject({
      extensions: { code: "BAD_USER_INPUT", argument: "after" },
    });
  }
});

it("refuses a subscription whose every event would cost too much, before it starts", async () => {
  const nested = "family { models(first: 100) { nodes { siblings(first: 100) { slug name } } } }";
  const document = parse(`subscription { catalogUpdated { model { ${nested} } } }`);
  const result = await subscribe({ schema, document, contextValue: catalog.context() });
  expect("errors" in result && result.errors?.[0]?.extensions.code).toBe("COST_LIMIT_EXCEEDED");
});

it("lists the log newest first, in pages, and of one model", async () => {
  const { events } = await catalog.ask(`{
    events(first: 3) { totalCount nodes { number } pageInfo { endCursor hasNextPage } }
  }`);
  const numbers = events.nodes.map(({ number }: Event) => number);
  expect(numbers).toEqual([events.totalCount, events.totalCount - 1, events.totalCount - 2]);
  const next = await catalog.ask(
    "query ($after: String) { events(first: 1, after: $after) { nodes { number } } }",
    { after: events.pageInfo.endCursor },
  );
  expect(next.events.nodes).toEqual([{ number: numbers[2] - 1 }]);
  const { of } = await catalog.ask(`{
    of: events(filter: { model: "deepseek-v3" }, since: 0, direction: ASC) {
      totalCount nodes { kind sourceId model { name } changes { field from to } }
    }
  }`);
  expect(of).toEqual({
    totalCount: 1,
    nodes: [
      { kind: "MODEL_ADDED", sourceId: "snapshot", model: { name: "DeepSeek V3" }, changes: [] },
    ],
  });
});
