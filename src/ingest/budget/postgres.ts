/**
 * The budget of all workers, kept in Postgres beside the job queue. It is a note of a few minutes,
 * not data: its table is unlogged, made on first use, and empty after a crash. Time is the server's.
 */
import type pg from "pg";
import { type Announced, type Budget, SAME_WINDOW_MS } from "../http/budget.ts";

const SETUP = `
  create schema if not exists plimsoll_queue;
  create unlogged table if not exists plimsoll_queue.budgets (
    bucket text primary key,
    remaining integer not null,
    reset_at timestamptz not null,
    quota integer,
    window_ms integer
  )`;

/**
 * Takes one where there is one, after starting a new window where the old one has ended; else says
 * how long to wait. No row: the host has announced nothing, or nothing about its next window.
 */
const TAKE = `
  with taken as (
    update plimsoll_queue.budgets set
      remaining = case when reset_at <= clock_timestamp() then quota else remaining end - 1,
      reset_at = case when reset_at <= clock_timestamp()
        then clock_timestamp() + window_ms * interval '1 ms' else reset_at end
    where bucket = $1
      and (case when reset_at <= clock_timestamp() then quota else remaining end) > 0
    returning 0 as ms)
  select ms from taken union all
  select extract(epoch from reset_at - clock_timestamp()) * 1000 from plimsoll_queue.budgets
  where bucket = $1 and not exists (select from taken)`;

const LEARN = `
  insert into plimsoll_queue.budgets as known (bucket, remaining, reset_at, quota, window_ms)
  values ($1, $2, clock_timestamp() + $3 * interval '1 ms', $4, $5)
  on conflict (bucket) do update set
    remaining = case
      when excluded.reset_at < known.reset_at + ${SAME_WINDOW_MS} * interval '1 ms'
        and known.reset_at > clock_timestamp()
      then least(known.remaining, excluded.remaining) else excluded.remaining end,
    reset_at = excluded.reset_at, quota = excluded.quota, window_ms = excluded.window_ms
  where excluded.reset_at > known.reset_at - ${SAME_WINDOW_MS} * interval '1 ms'
    or known.reset_at <= clock_timestamp()`;

/** A lock of ours, so that two workers that start at once do not both make the table. */
const SETUP_LOCK = 0x706c6271;

/** Makes the table where there is none. */
export async function setUpBudget(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query("select to_regclass('plimsoll_queue.budgets') as budgets");
  if (rows[0].budgets !== null) return;
  await client.query("select pg_advisory_lock($1)", [SETUP_LOCK]);
  try {
    await client.query(SETUP);
  } finally {
    await client.query("select pg_advisory_unlock($1)", [SETUP_LOCK]);
  }
}

export function createPostgresBudget(pool: pg.Pool): Budget {
  return {
    async take(bucket) {
      const { rows } = await pool.query<{ ms: string }>(TAKE, [bucket]);
      return Math.max(0, Number(rows[0]?.ms ?? 0));
    },
    async learn(bucket, { remaining, resetMs, quota, windowMs }: Announced) {
      await pool.query(LEARN, [bucket, remaining, resetMs, quota, windowMs]);
    },
  };
}
