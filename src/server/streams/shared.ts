/**
 * Subscribers who ask the same get the same bytes. A subscription to the change feed differs between
 * two subscribers only in where it begins, so an event is resolved and written down once for everybody
 * with the same document and variables, however many there are. Nothing else is shared: each has its
 * own position and pace, and an operation that is forgotten here is only resolved once more.
 */
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLField,
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  visit,
} from "graphql";
import { LRUCache } from "lru-cache";
import type { Database } from "../../db/client.ts";
import { PlimsollError } from "../../errors.ts";
import type { CatalogEvent, EventFeed, SubscribeOptions } from "../../events/feed.ts";
import type { SchemaContext } from "../../schema/context.ts";
import { FOLLOWS_FEED, type Follow } from "../../schema/subscription.ts";
import { lacksDatabase } from "../graphql/errors.ts";
import { MAX_EXECUTION_MS } from "../graphql/limits.ts";
import type { Yoga } from "../graphql/run.ts";
import { message } from "./event-stream.ts";
import { LiveGroup, type Told } from "./live-group.ts";

export interface Operation {
  document: DocumentNode;
  variables: Record<string, unknown> | undefined;
  operationName: string | undefined;
  /** Where to begin, when the transport says so rather than the arguments. */
  after?: number | undefined;
}

/** What one event is to everybody who asks the same. */
export interface Rendered {
  result: ExecutionResult;
  /** The result as JSON. */
  json: string;
  /** As a message of an event stream, once somebody wants it. */
  bytes?: Buffer;
}

type Start = Omit<SubscribeOptions, "signal">;

export interface SharedSubscription {
  /** Where this subscriber begins and what it lets through. */
  start: Start;
  render(event: CatalogEvent): Promise<Rendered>;
  /** Those who follow the same by event streams. */
  live: LiveGroup;
}

/** Null for an operation that cannot be shared; throws what its arguments are refused for. */
export type Sharer = (operation: Operation) => Promise<SharedSubscription | null>;

/** Events kept of one operation: subscribers of it are rarely further apart. */
const EVENTS_KEPT = 32;
const OPERATIONS_PER_DOCUMENT = 200;

/** What is the same for everybody with one document and one set of variables. */
interface Group {
  rendered: LRUCache<number, Promise<Rendered>>;
  live: LiveGroup;
}

export interface SharerOptions {
  yoga: Yoga;
  /** The primary: a replica may not have heard of an event when it is told. */
  db: Database;
  feed: EventFeed;
  mask: (error: unknown) => GraphQLError;
}

export function createSharer({ yoga, db, feed, mask }: SharerOptions): Sharer {
  const groups = new WeakMap<DocumentNode, LRUCache<string, Group>>();

  return async (operation) => {
    const { document, variables, operationName } = operation;
    const { schema, contextFactory } = enveloped(yoga);
    const definition = getOperationAST(document, operationName);
    const root = definition && onlyField(definition);
    const field = root && schema.getSubscriptionType()?.getFields()[root.name.value];
    const follow = field?.extensions[FOLLOWS_FEED] as Follow | undefined;
    if (!follow) return null;
    const { coerced } = getVariableValues(
      schema,
      definition!.variableDefinitions ?? [],
      variables ?? {},
    );
    if (!coerced) return null; // executing it says what is wrong
    const args = getArgumentValues(field as GraphQLField<unknown, unknown>, root!, coerced);
    if (operation.after !== undefined) args.after = operation.after;
    const context = (await contextFactory()) as unknown as SchemaContext;
    const info = {
      schema,
      operation: definition!,
      fragments: fragmentsOf(document),
      variableValues: coerced,
    };
    const start = await follow(args, context, info);
    const key = keyOf(document, definition!, operationName, coerced);
    const { rendered, live } = groupOf(key, operation, start.filter);
    return { start, render: (event) => renderOnce(rendered, event, operation), live };
  };

  function groupOf(key: string, operation: Operation, filter: Start["filter"]): Group {
    const { document } = operation;
    const operations = groups.get(document) ?? new LRUCache({ max: OPERATIONS_PER_DOCUMENT });
    groups.set(document, operations);
    const known = operations.get(key);
    if (known) return known;
    const rendered: Group["rendered"] = new LRUCache({ max: EVENTS_KEPT });
    const tell = async (event: CatalogEvent) =>
      told(await renderOnce(rendered, event, operation), event.number);
    const group = { rendered, live: new LiveGroup({ feed, filter, tell, mask }) };
    operations.set(key, group);
    return group;
  }

  function renderOnce(
    rendered: Group["rendered"],
    event: CatalogEvent,
    operation: Operation,
  ): Promise<Rendered> {
    const known = rendered.get(event.number);
    if (known) return known;
    const work = render(event, operation);
    rendered.set(event.number, work);
    // What failed may work for the next who asks.
    const forget = () => void rendered.delete(event.number);
    work.then(({ result }) => result.errors && forget(), forget);
    return work;
  }

  async function render(event: CatalogEvent, operation: Operation): Promise<Rendered> {
    const { document, variables: variableValues, operationName } = operation;
    const { schema, contextFactory } = enveloped(yoga);
    const contextValue = { ...((await contextFactory()) as object), db };
    const work = execute({
      ...{ schema, document, rootValue: event, contextValue, variableValues, operationName },
    });
    const { data, errors } = await Promise.race([work, tooLong()]);
    const result = errors ? { data, errors: errors.map(mask) } : { data: data ?? null };
    return { result, json: JSON.stringify(result) };
  }
}

function told(rendered: Rendered, number: number): Told {
  // The next event could not be answered either.
  const last = lacksDatabase(rendered.result);
  rendered.bytes ??= Buffer.from(message("next", rendered.json, last ? undefined : number));
  return { bytes: rendered.bytes, last };
}

/** The pipeline of the GraphQL server, for one use. */
function enveloped(yoga: Yoga) {
  return yoga.getEnveloped({ exchange: { abort: new AbortController() } } as never);
}

/** The root field of an operation that has one and nothing else. */
function onlyField({ selectionSet }: OperationDefinitionNode) {
  const [field] = selectionSet.selections;
  const plain = selectionSet.selections.length === 1 && field?.kind === Kind.FIELD;
  return plain && !field.directives?.length ? field : null;
}

function fragmentsOf(document: DocumentNode): Record<string, FragmentDefinitionNode> {
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  return Object.fromEntries(
    (fragments as FragmentDefinitionNode[]).map((fragment) => [fragment.name.value, fragment]),
  );
}

/** All that results can depend on: the variables, without one that only says where to begin. */
function keyOf(
  document: DocumentNode,
  definition: OperationDefinitionNode,
  operationName: string | undefined,
  variables: Record<string, unknown>,
): string {
  const after = onlyField(definition)?.arguments?.find(({ name }) => name.value === "after")?.value;
  const place = after?.kind === Kind.VARIABLE ? after.name.value : null;
  const shown = Object.entries(variables).filter(
    ([name]) => name !== place || uses(document, definition, name) > 1,
  );
  return JSON.stringify([operationName ?? null, shown]);
}

/** How often a variable is used in the operation and in any fragment, beside where it is declared. */
function uses(document: DocumentNode, definition: OperationDefinitionNode, name: string): number {
  const bodies = [definition, ...Object.values(fragmentsOf(document))];
  let count = 0;
  for (const { selectionSet } of bodies) {
    visit(selectionSet, {
      Variable(node) {
        if (node.name.value === name) count++;
      },
    });
  }
  return count;
}

async function tooLong(): Promise<ExecutionResult> {
  await new Promise((resolve) => setTimeout(resolve, MAX_EXECUTION_MS).unref());
  const message = `An event took more than ${MAX_EXECUTION_MS / 1000} s to be answered.`;
  throw new PlimsollError("SERVICE_UNAVAILABLE", message, { retryable: true });
}
