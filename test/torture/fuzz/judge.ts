/** Whether an answer has the shape that its question and the schema promise. */
import {
  type DocumentNode,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
} from "graphql";

export interface Answer {
  data?: Record<string, unknown> | null;
  errors?: { message: string; path?: unknown[]; extensions?: { code?: string } }[];
}

/** What is wrong with the answer; null when nothing is. */
export function judge(schema: GraphQLSchema, query: string, answer: Answer): string | null {
  for (const { message, extensions } of answer.errors ?? []) {
    if (!extensions?.code) return `an error without a code: ${message}`;
    if (extensions.code === "INTERNAL_SERVER_ERROR") return message;
    if (/Cannot return null|Expected a value|cannot represent/.test(message)) return message;
  }
  if (!answer.data) return answer.errors ? null : "neither data nor errors";
  const document = parse(query);
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return "no operation";
  return new Judge(schema, document).object(answer.data, operation.selectionSet, "");
}

class Judge {
  readonly #schema: GraphQLSchema;
  readonly #document: DocumentNode;

  constructor(schema: GraphQLSchema, document: DocumentNode) {
    this.#schema = schema;
    this.#document = document;
  }

  object(data: Record<string, unknown>, set: SelectionSetNode, path: string): string | null {
    const type = this.#schema.getType(String(data.__typename));
    if (!isObjectType(type)) return `${path}: __typename is ${data.__typename}`;
    for (const selection of set.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT || selection.kind === Kind.FRAGMENT_SPREAD) {
        const inner = this.#inside(selection);
        if (inner.on && inner.on !== type.name && !this.#isSubType(inner.on, type.name)) continue;
        const wrong = this.object(data, inner.set, path);
        if (wrong) return wrong;
        continue;
      }
      if (selection.name.value === "__typename" || (selection.directives?.length ?? 0) > 0)
        continue;
      const key = selection.alias?.value ?? selection.name.value;
      const here = `${path}.${key}`;
      if (!(key in data)) return `${here} is missing`;
      const field = type.getFields()[selection.name.value]!;
      const wrong = this.#value(data[key], field.type, selection.selectionSet, here);
      if (wrong) return wrong;
    }
    return null;
  }

  #inside(
    selection: Extract<
      SelectionSetNode["selections"][number],
      { kind: Kind.INLINE_FRAGMENT | Kind.FRAGMENT_SPREAD }
    >,
  ): { on: string | undefined; set: SelectionSetNode } {
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      return { on: selection.typeCondition?.name.value, set: selection.selectionSet };
    }
    const found = this.#document.definitions.find(
      (one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === selection.name.value,
    );
    if (found?.kind !== Kind.FRAGMENT_DEFINITION) throw new Error(`no ${selection.name.value}`);
    return { on: found.typeCondition.name.value, set: found.selectionSet };
  }

  #isSubType(on: string, name: string): boolean {
    const abstract = this.#schema.getType(on);
    const concrete = this.#schema.getType(name);
    return this.#schema.getPossibleTypes(abstract as never).includes(concrete as never);
  }

  #value(
    value: unknown,
    type: GraphQLOutputType,
    set: SelectionSetNode | undefined,
    path: string,
  ): string | null {
    if (value === null || value === undefined) {
      return isNonNullType(type) ? `${path} is null, which ${type} forbids` : null;
    }
    const inner = isNonNullType(type) ? type.ofType : type;
    if (isListType(inner)) {
      if (!Array.isArray(value)) return `${path} is no list`;
      for (const [index, item] of value.entries()) {
        const wrong = this.#value(item, inner.ofType, set, `${path}[${index}]`);
        if (wrong) return wrong;
      }
      return null;
    }
    if (isLeafType(getNamedType(inner))) return null;
    return this.object(value as Record<string, unknown>, set!, path);
  }
}
