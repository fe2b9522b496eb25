/**
 * The orders of model lists. Every order is total: sort columns have no nulls and ties are broken by
 * the slug, so a cursor always names one place. Each has an index.
 */
import { builder } from "./builder.ts";
import { described, SortDirectionEnum } from "./enums.ts";
import type { CursorPart } from "./page.ts";

type OrderField =
  | "DOWNLOADS"
  | "LIKES"
  | "NAME"
  | "RELEASED"
  | "PARAMETERS"
  | "ACTIVE_PARAMETERS"
  | "CONTEXT";
type Direction = "ASC" | "DESC";

const OrderFieldEnum = builder.enumType("ModelOrderField", {
  description: "What models are sorted by.",
  values: described<OrderField>({
    DOWNLOADS: "Downloads in the last 30 days.",
    LIKES: "Likes on Hugging Face.",
    NAME: "Display name.",
    RELEASED: "Day of release; models without one come before all others in ascending order.",
    PARAMETERS:
      "Total parameters; models without a count come first in ascending order. With `fits`, DESC is the largest that fits.",
    ACTIVE_PARAMETERS:
      "Parameters that work on one token; models without a count come first in ascending order. With `fits`, ASC is the fastest that fits.",
    CONTEXT:
      "Longest context that it was made for; models without one come first in ascending order.",
  }),
});

export const ModelOrder = builder.inputType("ModelOrder", {
  description: "How models are sorted. Equal values are put in the order of their slugs.",
  fields: (t) => ({
    field: t.field({ type: OrderFieldEnum, required: true, description: "What to sort by." }),
    direction: t.field({
      type: SortDirectionEnum,
      required: true,
      defaultValue: "DESC",
      description: "Which end comes first.",
    }),
  }),
});

const COLUMNS = {
  DOWNLOADS: { column: "downloads", part: "number" },
  LIKES: { column: "likes", part: "number" },
  NAME: { column: "name", part: "text" },
  RELEASED: { column: "releasedSort", part: "date" },
  PARAMETERS: { column: "parametersSort", part: "number" },
  ACTIVE_PARAMETERS: { column: "activeParametersSort", part: "number" },
  CONTEXT: { column: "contextSort", part: "number" },
} as const satisfies Record<OrderField, { column: string; part: CursorPart }>;

export interface OrderChoice {
  field: OrderField;
  direction: Direction;
}

/** The columns of an order, for Drizzle, and what its cursors hold, for the check. */
export function orderOf(choice: OrderChoice | null | undefined) {
  const { field, direction } = choice ?? { field: "DOWNLOADS", direction: "DESC" };
  const { column, part } = COLUMNS[field];
  const sql = direction === "ASC" ? ("asc" as const) : ("desc" as const);
  const parts: CursorPart[] = [part, "text"];
  return { orderBy: { [column]: sql, slug: sql }, parts };
}
