/**
 * Columns that are on a row are read from it. The Drizzle plugin asks for every field of every row
 * which plan has loaded it, and remembers the answer for what is below. A field that needs columns
 * alone, and has nothing planned below it, needs no such proof: the columns are there, or they are not.
 */
import { type GraphQLField, type GraphQLSchema, getNamedType, isObjectType } from "graphql";

type Field = GraphQLField<Record<string, unknown>, unknown>;
type Resolve = NonNullable<Field["resolve"]>;

/** Lets such fields of the schema answer at once. Where a column is missing, the plugin goes its way. */
export function readColumns(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const columns = columnsOf(field);
      const otherwise = field.resolve;
      if (columns && otherwise) field.resolve = resolver(field, columns, otherwise);
    }
  }
}

/** The columns that a field needs, where it needs nothing else; null for any other. */
function columnsOf(field: Field): string[] | null {
  const selection = field.extensions.pothosDrizzleSelect;
  if (typeof selection !== "object" || selection === null) return null;
  const { columns = {}, ...rest } = selection as { columns?: Record<string, boolean> };
  const planned = getNamedType(field.type).extensions.pothosDrizzleModel !== undefined;
  const others = Object.values(rest).some((part) => part !== undefined);
  return planned || others ? null : Object.keys(columns);
}

function resolver(field: Field, columns: string[], otherwise: Resolve): Resolve {
  const { pothosExposedField: exposed, pothosOptions } = field.extensions;
  if (typeof exposed === "string") {
    return (row, args, context, info) =>
      row[exposed] === undefined ? otherwise(row, args, context, info) : row[exposed];
  }
  const { resolve } = pothosOptions as { resolve?: Resolve };
  if (!resolve) return otherwise;
  return (row, args, context, info) =>
    columns.every((column) => row[column] !== undefined)
      ? resolve(row, args, context, info)
      : otherwise(row, args, context, info);
}
