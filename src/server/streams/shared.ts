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
import { PlimsollError } from "../../errors.ts";
import type { CatalogEvent, SubscribeOptions } from "../../events/feed.ts";
import type { SchemaContext } from "../../schema/context.ts";
import { FOLLOWS_FEED, type Follow } from "../../schema/subscription.ts";
import { MAX_EXECUTION_MS } from "../graphql/limits.ts";
import type { Yoga } from "../graphql/run.ts";

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
}

export interface SharedSubscription {
  /** Where this subscriber begins and what it lets through. */
  start: Omit<SubscribeOptions, "signal">;
  render(event: CatalogEvent): Promise<Rendered>;
}

/** Null for an operation that cannot be shared; throws what its arguments are refused for. */
export type Sharer = (operation: Operation) => Promise<SharedSubscription | null>;

/** Events kept of one operation: subscribers of it are rarely further apart. */
const EVENTS_KEPT = 32;
const OPERATIONS_PER_DOCUMENT = 200;

type Group = LRUCache<number, Promise<Rendered>>;

export function createSharer(yoga: Yoga, mask: (error: unknown) => GraphQLError): Sharer {
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
    const group = groupOf(document, keyOf(definition!, operationName, coerced));
    return { start, render: (event) => rendered(group, event, operation) };
  };

  function groupOf(document: DocumentNode, key: string): Group {
    const operations = groups.get(document) ?? new LRUCache({ max: OPERATIONS_PER_DOCUMENT });
    groups.set(document, operations);
    const group = operations.get(key) ?? new LRUCache({ max: EVENTS_KEPT });
    operations.set(key, group);
    return group;
  }

  function rendered(group: Group, event: CatalogEvent, operation: Operation): Promise<Rendered> {
    const known = group.get(event.number);
    if (known) return known;
    const work = render(event, operation);
    group.set(event.number, work);
    // What failed may work for the next who asks.
    const forget = () => void group.delete(event.number);
    work.then(({ result }) => result.errors && forget(), forget);
    return work;
  }

  async function render(event: CatalogEvent, operation: Operation): Promise<Rendered> {
    const { document, variables: variableValues, operationName } = operation;
    const { schema, contextFactory } = enveloped(yoga);
    const contextValue = await contextFactory();
    const work = execute({
      ...{ schema, document, rootValue: event, contextValue, variableValues, operationName },
    });
    const { data, errors } = await Promise.race([work, tooLong()]);
    const result = errors ? { data, errors: errors.map(mask) } : { data: data ?? null };
    return { result, json: JSON.stringify(result) };
  }
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
  definition: OperationDefinitionNode,
  operationName: string | undefined,
  variables: Record<string, unknown>,
): string {
  const after = onlyField(definition)?.arguments?.find(({ name }) => name.value === "after")?.value;
  const place = after?.kind === Kind.VARIABLE ? after.name.value : null;
  const shown = Object.entries(variables).filter(
    ([name]) => name !== place || uses(definition, name) > 1,
  );
  return JSON.stringify([operationName ?? null, shown]);
}

/** How often a variable is used in the operation itself, beside where it is declared. */
function uses(definition: OperationDefinitionNode, name: string): number {
  let count = 0;
  visit(definition.selectionSet, {
    Variable(node) {
      if (node.name.value === name) count++;
    },
  });
  return count;
}

async function tooLong(): Promise<ExecutionResult> {
  await new Promise((resolve) => setTimeout(resolve, MAX_EXECUTION_MS).unref());
  const message = `An event took more than ${MAX_EXECUTION_MS / 1000} s to be answered.`;
  throw new PlimsollError("SERVICE_UNAVAILABLE", message, { retryable: true });
}
