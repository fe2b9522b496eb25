/**
 * Texts of upstreams as a database can keep them. JSON can spell what neither Postgres nor a job may
 * hold, a NUL or half of a surrogate pair, and one such text must not cost what came along with it.
 */

/** The same value, with U+FFFD in place of what cannot be stored. */
export function storable<T>(value: T): T {
  if (typeof value === "string") {
    // Nearly every text is, and looking is many times faster than writing it anew.
    if (value.isWellFormed() && !value.includes("\0")) return value;
    return value.toWellFormed().replaceAll("\0", "\uFFFD") as T;
  }
  if (Array.isArray(value)) return value.map(storable) as T;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, member]) => [storable(key), storable(member)]);
  return Object.fromEntries(entries) as T;
}
