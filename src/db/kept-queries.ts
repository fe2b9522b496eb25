/**
 * Relational queries whose SQL is kept. Building the statement of a nested query takes longer than
 * sending it, and Postgres takes longer to plan it than to run it. So a query whose selection (the
 * very `with` object) was seen before is prepared once for each form that its condition, order and
 * limit take, and from then on only bound to its values. Whoever keeps selections decides for how
 * long: what is kept here goes with them.
 */
import { type Placeholder, type SQL, sql } from "drizzle-orm";
import type { Database } from "./client.ts";

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
  toSQL(): { sql: string; params: unknown[] };
  prepare(name: string): Prepared;
}

type Mode = "findMany" | "findFirst";
type Builder = Record<Mode, (config?: Config) => Query>;

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
  return (config = {}) => {
    const forms = config.with && selections.get(config.with);
    if (!forms || config.offset !== undefined) {
      if (config.with) selections.set(config.with, new Map());
      return builder[mode](config);
    }
    const form = withoutSelection(builder, mode, config);
    let prepared = forms.get(form.sql);
    if (!prepared) {
      if (forms.size === MOST_FORMS) forms.clear();
      prepared = builder[mode](withHoles(builder, config)).prepare("kept");
      forms.set(form.sql, prepared);
    }
    // The limit comes last; it is left over where there is none of ours to fill it into.
    const values = Object.fromEntries(form.params.map((value, index) => [hole(index), value]));
    return prepared.execute({ ...values, limit: config.limit }) as unknown as Query;
  };
}

const NOTHING = { columns: {}, extras: { one: sql`1` } };
const hole = (index: number) => `value${index}`;

/** What is left of a query differs from call to call: its text is the form, its parameters the values. */
function withoutSelection(builder: Builder, mode: Mode, config: Config) {
  const { columns: _columns, with: _with, extras: _extras, ...rest } = config;
  return builder[mode]({ ...rest, ...NOTHING }).toSQL();
}

/** The query with a hole for each value of its condition, and for its limit. */
function withHoles(builder: Builder, config: Config): Config {
  const limit = config.limit === undefined ? undefined : sql.placeholder("limit");
  if (config.where === undefined) return { ...config, limit };
  const before = builder.findMany(NOTHING).toSQL().sql;
  const whole = builder.findMany({ ...NOTHING, where: config.where }).toSQL();
  const condition = whole.sql.slice(before.length + " where ".length);
  const pieces = condition.split(/\$\d+/).map((text) => sql.raw(text));
  const holes = whole.params.map((_value, index) => sql.placeholder(hole(index)));
  const chunks = pieces.flatMap((piece, index) =>
    index === 0 ? [piece] : [holes[index - 1], piece],
  );
  return { ...config, limit, where: { RAW: () => sql.join(chunks as SQL[]) } };
}
