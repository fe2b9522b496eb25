/**
 * What is on a row is read from it. The Drizzle plugin asks for every field of every row which plan has
 * loaded it, and remembers the answer for what is below. A field that needs columns alone, the table's
 * or computed ones, and has nothing planned below it, needs no such proof: they are there, or they are
 * not. That holds as long as a name means one thing in a type; one that means two is left to the plugin.
 */
import { type GraphQLField, type GraphQLSchema, getNamedType, isObjectType } from "graphql";
import { LRUCache } from "lru-cache";
import { readValues, SELECTION, type Selection } from "./reads.ts";

type Args = Record<string, unknown>;
type Row = Record<string, unknown>;
type Field = GraphQLField<Row, unknown, Args>;
type Resolve = NonNullable<Field["resolve"]>;
/** What the names of a type's columns stand for: the function of a computed one, or null for two things. */
type Meanings = Map<string, unknown>;
/** Stands for every column of the table. */
const STORED = Symbol("stored");
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
      if (needs && field.resolve) field.resolve = resolver(field, needs, meanings);
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
  for (const name of Object.keys(columns)) note(meanings, name, STORED);
  for (const [name, meaning] of Object.entries(extras)) note(meanings, name, meaning);
  const others = Object.values(rest).some((part) => part !== undefined);
  return others ? null : [...Object.keys(columns), ...Object.keys(extras)];
}

function note(meanings: Meanings, name: string, meaning: unknown): void {
  const known = meanings.has(name) ? meanings.get(name) : meaning;
  meanings.set(name, known === meaning ? meaning : null);
}

/** Kept for so many values of the arguments that a selection reads. */
const MOST_VALUES = 100;

function needsByArguments(field: Field, selection: Selection, meanings: Meanings): Needs {
  const known = new LRUCache<string, { columns: string[] | null }>({ max: MOST_VALUES });
  const keyOf = (args: Args) => JSON.stringify(readValues(field, args));
  let goesOn = false;
  const nested = () => {
    goesOn = true;
    throw new Error("A selection of columns goes on to no other table.");
  };
  /** Null for arguments that it refuses, too. */
  function selected(args: Args, context: unknown): unknown {
    try {
      return selection(args, context, nested);
    } catch {
      return null;
    }
  }
  return (args, context) => {
    if (goesOn) return null;
    let needs = known.get(keyOf(args));
    if (!needs) {
      needs = { columns: columnsOf(selected(args, context), meanings) };
      known.set(keyOf(args), needs); // asking may have shown that more arguments are read
    }
    return needs.columns;
  };
}

function resolver(field: Field, needs: Needs, meanings: Meanings): Resolve {
  const { pothosExposedField: exposed, pothosOptions } = field.extensions;
  const otherwise = field.resolve!;
  const isOn = (row: Row, column: string) =>
    row[column] !== undefined && meanings.get(column) !== null;
  if (typeof exposed === "string") {
    return (row, args, context, info) =>
      isOn(row, exposed) ? row[exposed] : otherwise(row, args, context, info);
  }
  const { resolve } = pothosOptions as { resolve?: Resolve };
  if (!resolve) return otherwise;
  return (row, args, context, info) => {
    const areThere = needs(args, context)?.every((column) => isOn(row, column));
    return areThere ? resolve(row, args, context, info) : otherwise(row, args, context, info);
  };
}
