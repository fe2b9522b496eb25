/**
 * The scalars beside GraphQL's own. Counts and byte sizes pass 2^31, so `Int` cannot hold them; all of
 * ours stay far below 2^53, so a `BigInt` travels as a plain JSON number.
 */
import {
  GraphQLError,
  GraphQLScalarType,
  Kind,
  print,
  type ValueNode,
  valueFromASTUntyped,
} from "graphql";
import { builder } from "./builder.ts";
import { isDay } from "./format.ts";

function wholeNumber(value: unknown, node?: ValueNode): number {
  const isDigits = typeof value === "string" && /^-?\d{1,16}$/.test(value);
  const number = isDigits ? Number(value) : value;
  if (typeof number === "number" && Number.isSafeInteger(number)) return number;
  throw new GraphQLError(
    `BigInt must be a whole number between -(2^53 - 1) and 2^53 - 1, not ${node ? print(node) : JSON.stringify(value)}.`,
    { nodes: node, extensions: { code: "BAD_USER_INPUT" } },
  );
}

function isoDate(value: unknown, node?: ValueNode): string {
  if (typeof value === "string" && isDay(value)) return value;
  const given = node ? print(node) : JSON.stringify(value);
  throw new GraphQLError(`Date must look like 2024-12-26, not ${given}.`, {
    nodes: node,
    extensions: { code: "BAD_USER_INPUT" },
  });
}

/** Postgres prints `2024-12-26 10:00:00.5+00`; RFC 3339 wants a T and a Z. */
function instant(value: unknown, node?: ValueNode): string {
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  const given = node ? print(node) : JSON.stringify(value);
  throw new GraphQLError(`DateTime must look like 2024-12-26T10:00:00Z, not ${given}.`, {
    nodes: node,
    extensions: { code: "BAD_USER_INPUT" },
  });
}

builder.addScalarType(
  "BigInt",
  new GraphQLScalarType<number, number>({
    name: "BigInt",
    description:
      "A whole number beyond 32 bits, sent as a JSON number. It never passes 2^53 - 1, so every JSON parser reads it exactly. As input a number or a string of digits.",
    serialize: wholeNumber,
    parseValue: (value) => wholeNumber(value),
    parseLiteral: (node) =>
      wholeNumber(node.kind === Kind.INT || node.kind === Kind.STRING ? node.value : null, node),
  }),
);

builder.addScalarType(
  "Date",
  new GraphQLScalarType<string, string>({
    name: "Date",
    description: "A day, as RFC 3339 `full-date`: 2024-12-26.",
    specifiedByURL: "https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
    serialize: isoDate,
    parseValue: (value) => isoDate(value),
    parseLiteral: (node) => isoDate(node.kind === Kind.STRING ? node.value : null, node),
  }),
);

builder.addScalarType(
  "DateTime",
  new GraphQLScalarType<string, string>({
    name: "DateTime",
    description: "A moment in UTC, as RFC 3339 `date-time`: 2024-12-26T10:00:00.000Z.",
    specifiedByURL: "https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
    serialize: instant,
    parseValue: (value) => instant(value),
    parseLiteral: (node) => instant(node.kind === Kind.STRING ? node.value : null, node),
  }),
);

builder.addScalarType(
  "JSON",
  new GraphQLScalarType<unknown, unknown>({
    name: "JSON",
    description: "Any JSON value: the type depends on the fact that it belongs to.",
    specifiedByURL: "https://www.rfc-editor.org/rfc/rfc8259",
    serialize: (value) => value,
    parseValue: (value) => value,
    parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
  }),
);
