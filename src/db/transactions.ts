/**
 * Transactions that end when their connection is lost. postgres.js answers any failure inside one with
 * a ROLLBACK, also on a connection that is gone; that throws out of a timer, which would end the
 * program, and leaves the connection's place in the pool unusable. So a failure by a lost connection
 * is kept from it: the loss itself rejects the transaction.
 */
import type { Sql } from "postgres";
import { isLostConnection } from "./failures.ts";

type Work = (scoped: never) => Promise<unknown>;

/** Changes how this client begins transactions. */
export function endLostTransactions(client: Sql): void {
  const begin = client.begin.bind(client) as (...args: unknown[]) => Promise<unknown>;
  const careful = (...args: unknown[]) => {
    const work = args.pop() as Work;
    return begin(...args, (scoped: never) =>
      work(scoped).catch((error) => (isLostConnection(error) ? never : Promise.reject(error))),
    );
  };
  Object.assign(client, { begin: careful });
}

/** The driver waits for this and for the end of the connection, which comes first. */
const never = new Promise<never>(() => {});
