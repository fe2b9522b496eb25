/** Waiting for something no longer than one likes. */

/**
 * What `work` gives; the work itself goes on when it is not waited for any more.
 * @param late what is thrown after `ms` milliseconds, or the message of it.
 */
export function within<T>(work: Promise<T>, ms: number, late: string | Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late instanceof Error ? late : new Error(late)), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
