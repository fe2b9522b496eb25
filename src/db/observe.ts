/**
 * Watching the statements of a client: called when one is sent, and again when it has ended. For
 * metrics and traces, which must not change what they watch.
 */
import type { Sql } from "postgres";

/** Called with the text when a statement is sent; what it gives is called at the statement's end. */
export type StatementObserver = (text: string) => (error?: unknown) => void;

type Pending = Promise<unknown> & {
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
};

/** The client with `unsafe`, which Drizzle sends everything through, telling an observer. */
export function observed(client: Sql, observe: StatementObserver | undefined): Sql {
  if (!observe) return client;
  const send = client.unsafe;
  const unsafe = (...call: Parameters<Sql["unsafe"]>) => {
    const pending = send(...call);
    const ended = observe(call[0]);
    // The driver settles its queries through these two; waiting for one would send it early.
    const { resolve, reject } = pending as unknown as Pending;
    Object.assign(pending, {
      resolve: (value: unknown) => {
        ended();
        resolve(value);
      },
      reject: (error: unknown) => {
        ended(error);
        reject(error);
      },
    });
    return pending;
  };
  client.unsafe = unsafe as Sql["unsafe"];
  return client;
}
