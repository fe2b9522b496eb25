/**
 * Random questions that are valid by the schema: any root field, any selection, any arguments, with
 * aliases, fragments, directives and variables. The same numbers give the same question.
 */
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from "graphql";

/** The next number from 0 up to 1. */
export type Random = () => number;

export interface Question {
  query: string;
  variables: Record<string, unknown>;
}

/** Texts that mean something to the catalog, beside those that mean nothing. */
export interface Words {
  slugs: string[];
  ids: string[];
  cursors: string[];
  devices: string[];
}

const DEEPEST = 4;
const MOST_FIELDS = 4;
const INTEGERS = [0, 1, 2, 3, 5, 10, 20, 100, 101, 4096, 32_768, 131_072, -1, 2_147_483_647];
const FLOATS = [0, 0.1, 0.5, 1, 8, 24, 80, 141.5, 1024, -1, 1e9, 1e308];
const TEXTS = [
  "",
  "a",
  "chat",
  "qwen 7b q4",
  "'; --",
  "%_\\",
  "日本",
  "\u202e",
  "en",
  "mit",
  "tag-3",
];
const DATES = ["2024-01-31", "1970-01-01", "9999-12-31"];

export class QuestionMaker {
  readonly #schema: GraphQLSchema;
  readonly #random: Random;
  readonly #words: Words;
  #variables: Record<string, unknown> = {};
  #declared: string[] = [];
  #fragments: string[] = [];

  constructor(schema: GraphQLSchema, random: Random, words: Words) {
    this.#schema = schema;
    this.#random = random;
    this.#words = words;
  }

  next(): Question {
    this.#variables = {};
    this.#declared = [];
    this.#fragments = [];
    const body = this.#selection(this.#schema.getQueryType()!, 0);
    const declared = this.#declared.length > 0 ? ` (${this.#declared.join(", ")})` : "";
    const query = [`query Fuzz${declared} ${body}`, ...this.#fragments].join("\n");
    return { query, variables: this.#variables };
  }

  #chance(share: number): boolean {
    return this.#random() < share;
  }

  #pick<T>(values: readonly T[]): T {
    return values[Math.floor(this.#random() * values.length)]!;
  }

  /** A selection set; `__typename` is always in it, so that an answer can be judged. */
  #selection(type: GraphQLOutputType, depth: number): string {
    const named = getNamedType(type);
    const parts = ["__typename"];
    if (isObjectType(named) || isInterfaceType(named)) {
      const fields = Object.values(named.getFields()).filter(
        (field) => depth < DEEPEST || isLeafType(getNamedType(field.type)),
      );
      const count = 1 + Math.floor(this.#random() * (depth === 0 ? 2 : MOST_FIELDS));
      for (let n = 0; n < count && fields.length > 0; n++) {
        parts.push(this.#field(this.#pick(fields), depth, this.#declared.length + parts.length));
      }
    }
    if (isAbstractType(named)) {
      const concrete = this.#pick(this.#schema.getPossibleTypes(named));
      parts.push(`... on ${concrete.name} ${this.#selection(concrete, depth + 1)}`);
    }
    const set = `{ ${parts.join(" ")} }`;
    if (isUnionType(named) || depth === 0 || !this.#chance(0.15)) return set;
    const name = `F${this.#fragments.length}`;
    this.#fragments.push(""); // keeps the name while what is inside asks for others
    this.#fragments[Number(name.slice(1))] = `fragment ${name} on ${named.name} ${set}`;
    return `{ __typename ...${name} }`;
  }

  /** Every field has an alias of its own, so that no two of one name can conflict. */
  #field(field: GraphQLField<unknown, unknown>, depth: number, number: number): string {
    const unique = `${field.name}_${number}_${Math.floor(this.#random() * 1e6)}`;
    const args = field.args.flatMap((argument) => this.#argument(argument) ?? []);
    const list = args.length > 0 ? `(${args.join(", ")})` : "";
    const directive = this.#chance(0.05) ? ` @include(if: ${this.#chance(0.8)})` : "";
    const inside = isLeafType(getNamedType(field.type))
      ? ""
      : ` ${this.#selection(field.type, depth + 1)}`;
    return `${unique}: ${field.name}${list}${directive}${inside}`;
  }

  #argument({ name, type, defaultValue }: GraphQLArgument): string | null {
    const needed = isNonNullType(type) && defaultValue === undefined;
    if (!needed && !this.#chance(0.35)) return null;
    const value = this.#value(type, name, 0);
    if (!this.#chance(0.3)) return `${name}: ${literal(type, value)}`;
    const variable = `v${this.#declared.length}`;
    this.#declared.push(`$${variable}: ${type}`);
    this.#variables[variable] = value;
    return `${name}: $${variable}`;
  }

  #value(type: GraphQLInputType, name: string, depth: number): unknown {
    if (isNonNullType(type)) return this.#value(type.ofType, name, depth);
    if (depth > 0 && this.#chance(0.05)) return null;
    if (isListType(type)) {
      const length = Math.floor(this.#random() * 4);
      const item = isNonNullType(type.ofType) ? type.ofType.ofType : type.ofType;
      return Array.from({ length }, () => this.#value(item as GraphQLInputType, name, 0) ?? "");
    }
    if (isEnumType(type)) return this.#pick(type.getValues()).name;
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields());
      const chosen = type.isOneOf
        ? [this.#pick(fields)]
        : fields.filter(
            (field) =>
              (isNonNullType(field.type) && field.defaultValue === undefined) ||
              this.#chance(depth > 2 ? 0 : 0.15),
          );
      return Object.fromEntries(
        chosen.map((field) => {
          const value = this.#value(field.type, field.name, type.isOneOf ? 0 : depth + 1);
          return [
            field.name,
            value ??
              (isNonNullType(field.type) || type.isOneOf
                ? this.#value(field.type, field.name, 0)
                : null),
          ];
        }),
      );
    }
    return this.#scalar(type.name, name);
  }

  #scalar(type: string, name: string): unknown {
    const { slugs, ids, cursors, devices } = this.#words;
    if (type === "Int") {
      return name === "first" || name === "last"
        ? this.#pick([0, 1, 2, 3, 10, 101])
        : this.#pick(INTEGERS);
    }
    if (type === "Float") return this.#pick(FLOATS);
    if (type === "Boolean") return this.#chance(0.5);
    if (type === "BigInt") return this.#pick([...INTEGERS, 2 ** 40, 9_007_199_254_740_991]);
    if (type === "Date") return this.#pick(DATES);
    if (type === "DateTime") return "2024-01-31T00:00:00Z";
    if (type === "ID") return this.#pick([...ids, "", "TW9kZWw6eA=="]);
    if (type === "JSON") return { a: [1, null] };
    if (name === "after" || name === "before") return this.#pick([...cursors, "x"]);
    if (/device/.test(name)) return this.#pick([...devices, "nothing"]);
    return this.#chance(0.7) ? this.#pick(slugs) : this.#pick(TEXTS);
  }
}

/** A value as it is written in a document: names of enums stand bare. */
function literal(type: GraphQLInputType, value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (isNonNullType(type)) return literal(type.ofType, value);
  if (isListType(type)) {
    return `[${(value as unknown[]).map((item) => literal(type.ofType, item)).join(", ")}]`;
  }
  if (isEnumType(type)) return String(value);
  if (isInputObjectType(type)) {
    const fields = type.getFields();
    const parts = Object.entries(value).map(
      ([name, inner]) => `${name}: ${literal(fields[name]!.type, inner)}`,
    );
    return `{ ${parts.join(", ")} }`;
  }
  return typeof value === "object" ? "{ a: [1] }" : JSON.stringify(value);
}
