/**
 * Relational queries whose SQL is kept. Building the statement of a nested query takes longer than
 * sending it, and Postgres takes longer to plan it than to run it. So a query whose selection (the
 * very `with` object) was seen before is prepared once for each form that its condition, order and
 * limit take, and from then on only bound to its values. Whoever keeps selections decides for how
 * long: what is kept here goes with them.
 */
import {
  aliasedTable,
  type Placeholder,
  relationsFilterToSQL,
  SQL,
  sql,
  type Table,
} from "drizzle-orm";
import type { PgDialect } from "drizzle-orm/pg-core";
import type { Database } from "./client.ts";
import type { relations } from "./relations.ts";

/** What queries have in common, whatever their table. */
interface Config {
  columns?: Record<string, boolean>;
  with?: object;
  extras?: Record<string, SQL>;
  where?: unknown;
  orderBy?: unknown;
  limit?: number | Placeholder;
  offset?: unknown;
}

interface Prepared {
  execute(values: Record<string, unknown>): Promise<unknown>;
}

interface Query extends PromiseLike<unknown> {
  prepare(name: string): Prepared;
}

type Mode = "findMany" | "findFirst";
interface Builder extends Record<Mode, (config?: Config) => Query> {
  // Private by their types only.
  table: Table;
  tableConfig: { relations: object };
  schema: typeof relations;
  dialect: PgDialect;
}

/** Forms of one selection: each filter that it is asked under is one. */
const MOST_FORMS = 32;

/** Lets `db.query` keep the SQL of selections that come again. */
export function keepQueries(db: Database): void {
  const builders = Object.entries(db.query) as unknown as [string, Builder][];
  const kept = builders.map(([table, builder]) => [
    table,
    { findMany: keeper(builder, "findMany"), findFirst: keeper(builder, "findFirst") },
  ]);
  Object.assign(db, { query: Object.fromEntries(kept) });
}

function keeper(builder: Builder, mode: Mode): Builder[Mode] {
  const selections = new WeakMap<object, Map<string, Prepared>>();
  const conditionOf = createConditions(builder);
  return (config = {}) => {
    const { with: selection, where, orderBy, limit, offset } = config;
    if (!selection || offset !== undefined || typeof orderBy === "function") {
      return builder[mode](config);
    }
    const forms = selections.get(selection);
    if (!forms) {
      selections.set(selection, new Map());
      return builder[mode](config);
    }
    const condition = conditionOf(where);
    const form = `${limit === undefined} ${JSON.stringify(orderBy)} ${condition.sql}`;
    let prepared = forms.get(form);
    if (!prepared) {
      if (forms.size === MOST_FORMS) forms.clear();
      prepared = builder[mode](withHoles(config, condition)).prepare("kept");
      forms.set(form, prepared);
    }
    const values: Record<string, unknown> = { limit };
    condition.params.forEach((value, index) => {
      values[hole(index)] = value;
    });
    return prepared.execute(values) as unknown as Query;
  };
}

interface Condition {
  sql: string;
  params: unknown[];
}

const NONE: Condition = { sql: "", params: [] };
const hole = (index: number) => `value${index}`;

/** Renders conditions by themselves, as they stand in the queries of a table. */
function createConditions({ table, tableConfig, schema, dialect }: Builder) {
  const alias = aliasedTable(table, "d0"); // what Drizzle calls it there
  return (where: unknown): Condition => {
    if (where === undefined) return NONE;
    const filter = where as Parameters<typeof relationsFilterToSQL>[1];
    const related = tableConfig.relations as Parameters<typeof relationsFilterToSQL>[2];
    const { sql: chunks } = relationsFilterToSQL(alias, filter, related, schema, undefined);
    return chunks ? dialect.sqlToQuery(new SQL(chunks)) : NONE;
  };
}

/** The query with a hole for each value of its condition, and for its limit. */
function withHoles(config: Config, { sql: text, params }: Condition): Config {
  const limit = config.limit === undefined ? undefined : sql.placeholder("limit");
  if (text === "") return { ...config, limit };
  const pieces = text.split(/\$\d+/).map((piece) => sql.raw(piece));
  const holes = params.map((_value, index) => sql.placeholder(hole(index)));
  const chunks = pieces.flatMap((piece, index) =>
    index === 0 ? [piece] : [holes[index - 1], piece],
  );
  return { ...config, limit, where: { RAW: () => sql.join(chunks as SQL[]) } };
}
