/**
 * Documents that were parsed and validated before, by their text. The `DocumentNode` of a text stays
 * the same object while it is kept, so what is worked out about a document (a plan, its cost) can be
 * kept in a WeakMap under it.
 */
import {
  type DocumentNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isObjectType,
  type OperationTypeNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from "graphql";
import { LRUCache } from "lru-cache";
import type { Params } from "./params.ts";
import type { PersistedDocuments } from "./persisted.ts";
import type { Refusal } from "./refusal.ts";
import { parseValid, type Yoga } from "./run.ts";

const MAX_DOCUMENTS = 1_000;
/** Bytes of parsed documents; some hundred of the usual size. */
const MAX_BYTES = 128 * 1024 * 1024;
/** Measured for a document of names with nothing between them, which is the worst there is. */
const BYTES_PER_CHARACTER = 250;

export interface KnownDocument {
  document: DocumentNode;
  /** Whether its answers change only when the catalog does. */
  lasting: boolean;
}

/** Keeps what was parsed of texts, up to a bound that holds for any text. */
export function boundedByText<Parsed extends object>(maxBytes: number): LRUCache<string, Parsed> {
  return new LRUCache({
    max: MAX_DOCUMENTS,
    maxSize: maxBytes,
    sizeCalculation: (_parsed, text) => (text.length || 1) * BYTES_PER_CHARACTER,
  });
}

export interface Documents {
  /**
   * The document of a request, wherever its text comes from: refused, or null when there is something
   * to say against it, which the server's own HTTP handling says.
   */
  of(params: Params): KnownDocument | Refusal | null;
}

export interface DocumentsOptions {
  yoga: Yoga;
  schema: GraphQLSchema;
  persisted: PersistedDocuments;
}

export function createDocuments({ yoga, schema, persisted }: DocumentsOptions): Documents {
  const known = boundedByText<KnownDocument>(MAX_BYTES);

  function read(text: string): KnownDocument | null {
    const document = parseValid(yoga, text);
    if (!document) return null;
    const read = { document, lasting: isLasting(schema, document) };
    known.set(text, read);
    return read;
  }

  return {
    of(params) {
      const text = persisted.resolve(params);
      if (typeof text === "object") return text;
      return known.get(text) ?? read(text);
    },
  };
}

/** What the operation does; undefined when the document does not have it. */
export function operationType(
  { document }: KnownDocument,
  operationName: string | undefined,
): OperationTypeNode | undefined {
  return getOperationAST(document, operationName)?.operation;
}

/** The name of the operation that is asked for; null when it has none. */
export function nameOf(
  { document }: KnownDocument,
  { operationName }: { operationName?: string | undefined },
): string | null {
  return operationName ?? getOperationAST(document)?.name?.value ?? null;
}

/**
 * Whether no field of a document is volatile. A type or a field whose values can change without the
 * catalog's version says so in the schema: `extensions: { volatile: true }`. Its answers are then
 * computed anew for each request, carry no entity tag and are stored by nobody.
 */
export function isLasting(schema: GraphQLSchema, document: DocumentNode): boolean {
  const types = new TypeInfo(schema);
  let lasting = true;
  const visitor = visitWithTypeInfo(types, {
    Field() {
      const type = getNamedType(types.getType());
      const elements = [types.getParentType(), types.getFieldDef(), type, itemType(type)];
      if (elements.some((element) => element?.extensions.volatile === true)) lasting = false;
    },
  });
  visit(document, visitor);
  return lasting;
}

/** What a connection is a list of: its count and its cursors change when the items do. */
function itemType(type: GraphQLNamedType | undefined): GraphQLNamedType | undefined {
  const nodes = isObjectType(type) ? type.getFields().nodes : undefined;
  return nodes && getNamedType(nodes.type);
}
