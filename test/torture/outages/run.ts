/** What the program depends on, taken away while it works: Postgres, Redis, the upstreams and names. */
import type { Effort, Row } from "../report.ts";
import { tortureByDependencies } from "./dependencies.ts";
import { tortureByPostgres } from "./postgres.ts";

/**
 * Each outage lasts `seconds`.
 * @param only parts of the names of those that are wanted.
 */
export async function tortureByOutages(
  seconds: number,
  effort: Effort,
  only: readonly string[] = [""],
): Promise<Row[]> {
  return [
    ...(await tortureByPostgres(seconds, effort, only)),
    ...(await tortureByDependencies(seconds, effort, only)),
  ];
}
