/** How the generated columns read a number of the stored memory profile. */

/**
 * The number at a path, 0 where there is none. By one path operator each: Postgres copies what every
 * single step leads to, and half of the profile is behind the first.
 */
export const figureAt = (...path: (string | number)[]) =>
  `coalesce((memory_profile #>> '{${path.join(",")}}')::float8, 0)`;
