/** Waiting for something no longer than one likes. */

/**
 * What `work` gives; the work itself goes on when it is not waited for any more.
 * @throws Error with `message` after `ms` milliseconds.
 */
export function within<T>(work: Promise<T>, ms: number, message: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(message)), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
