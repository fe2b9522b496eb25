/**
 * What is on a row is read from it. The Drizzle plugin asks for every field of every row which plan has
 * loaded it, and remembers the answer for what is below. A field that needs columns alone, the table's
 * or computed ones, and has nothing planned below it, needs no such proof: they are there, or they are not.
 */
import { type GraphQLField, type GraphQLSchema, getNamedType, isObjectType } from "graphql";
import { LRUCache } from "lru-cache";
import { readValues, SELECTION, type Selection } from "./reads.ts";

type Args = Record<string, unknown>;
type Row = Record<string, unknown>;
type Field = GraphQLField<Row, unknown, Args>;
type Resolve = NonNullable<Field["resolve"]>;
/** What the names of a type's computed columns stand for. */
type Meanings = Map<string, unknown>;
/** The columns that a field needs with these arguments; null where it needs something else. */
type Needs = (args: Args, context: unknown) => readonly string[] | null;

/** Lets such fields of the schema answer at once. Where a column is missing, the plugin goes its way. */
export function readColumns(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    const meanings: Meanings = new Map();
    for (const field of Object.values(type.getFields())) {
      const planned = getNamedType(field.type).extensions.pothosDrizzleModel !== undefined;
      const needs = planned ? null : needsOf(field, meanings);
      if (needs && field.resolve) field.resolve = resolver(field, needs, field.resolve);
    }
  }
}

function needsOf(field: Field, meanings: Meanings): Needs | null {
  const selection = field.extensions[SELECTION];
  if (typeof selection === "function")
    return needsByArguments(field, selection as Selection, meanings);
  const columns = columnsOf(selection, meanings);
  return columns && (() => columns);
}

/** The columns of a selection that has nothing else in it; null for any other. */
function columnsOf(selection: unknown, meanings: Meanings): string[] | null {
  if (typeof selection !== "object" || selection === null) return null;
  const { columns = {}, extras = {}, ...rest } = selection as Record<string, Row | undefined>;
  if (Object.values(rest).some((part) => part !== undefined)) return null;
  for (const [name, meaning] of Object.entries(extras)) {
    if (!meanings.has(name)) meanings.set(name, meaning);
    if (meanings.get(name) !== meaning) return null;
  }
  return [...Object.keys(columns), ...Object.keys(extras)];
}

/** Kept for so many values of the arguments that a selection reads. */
const MOST_VALUES = 100;

function needsByArguments(field: Field, selection: Selection, meanings: Meanings): Needs {
  const known = new LRUCache<string, { columns: string[] | null }>({ max: MOST_VALUES });
  const keyOf = (args: Args) => JSON.stringify(readValues(field, args));
  return (args, context) => {
    let needs = known.get(keyOf(args));
    if (!needs) {
      needs = { columns: columnsOf(selected(selection, args, context), meanings) };
      known.set(keyOf(args), needs); // asking may have shown that more arguments are read
    }
    return needs.columns;
  };
}

/** Null for a selection that goes on to other tables, and for arguments that it refuses. */
function selected(selection: Selection, args: Args, context: unknown): unknown {
  const nested = () => {
    throw new Error("A selection of columns has nothing below it.");
  };
  try {
    return selection(args, context, nested);
  } catch {
    return null;
  }
}

function resolver({ extensions }: Field, needs: Needs, otherwise: Resolve): Resolve {
  const { pothosExposedField: exposed, pothosOptions } = extensions;
  if (typeof exposed === "string") {
    return (row, args, context, info) =>
      row[exposed] === undefined ? otherwise(row, args, context, info) : row[exposed];
  }
  const { resolve } = pothosOptions as { resolve?: Resolve };
  if (!resolve) return otherwise;
  return (row, args, context, info) => {
    const isThere = needs(args, context)?.every((column) => row[column] !== undefined);
    return isThere ? resolve(row, args, context, info) : otherwise(row, args, context, info);
  };
}
