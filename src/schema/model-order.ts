/**
 * The orders of model lists. Every order is total: sort values have no nulls and ties are broken by
 * the slug, so a cursor always names one place. Those by a column have an index; those by what fits
 * are computed for the hardware and the settings of the filter, in the database.
 */
import type { SQL } from "drizzle-orm";
import { longestContextIn } from "../db/fits.ts";
import type { models } from "../db/tables.ts";
import { builder } from "./builder.ts";
import { described, SortDirectionEnum } from "./enums.ts";
import { type FitsFilter, fitBytes, fitsOf } from "./fits.ts";
import { badInput } from "./input-errors.ts";
import type { CursorPart } from "./page.ts";

type ColumnOrder =
  | "DOWNLOADS"
  | "LIKES"
  | "NAME"
  | "RELEASED"
  | "PARAMETERS"
  | "ACTIVE_PARAMETERS"
  | "CONTEXT";
type FitOrder = "MEMORY" | "FITTING_CONTEXT" | "SPEED";
type OrderField = ColumnOrder | FitOrder;
type Direction = "ASC" | "DESC";

const OrderFieldEnum = builder.enumType("ModelOrderField", {
  description: "What models are sorted by.",
  values: described<OrderField>({
    DOWNLOADS: "Downloads in the last 30 days.",
    LIKES: "Likes on Hugging Face.",
    NAME: "Display name, case ignored and numbers by their value: 7B stands before 72B.",
    RELEASED: "Day of release; models without one come before all others in ascending order.",
    PARAMETERS:
      "Total parameters; models without a count come first in ascending order. With `fits`, DESC is the largest that fits.",
    ACTIVE_PARAMETERS:
      "Parameters that work on one token; models without a count come first in ascending order.",
    CONTEXT:
      "Longest context that it was made for; models without one come first in ascending order.",
    MEMORY:
      "Memory it takes under the settings of `filter.fits`, which has to be given. DESC is what fills the hardware best.",
    FITTING_CONTEXT:
      "Longest context of one sequence that fits the hardware of `filter.fits`, which has to be given, by the rules of llama.cpp, up to the one that it was made for.",
    SPEED:
      "How fast it writes on the hardware of `filter.fits`, which has to be given: DESC puts the fewest active parameters first, as those decide how much memory is read for a token.",
  }),
});

export const ModelOrder = builder.inputType("ModelOrder", {
  description: "How models are sorted. Equal values are put in the order of their slugs.",
  fields: (t) => ({
    field: t.field({ type: OrderFieldEnum, required: true, description: "What to sort by." }),
    direction: t.field({
      type: SortDirectionEnum,
      description: "Which end comes first; ASC for NAME and DESC for all others when left out.",
    }),
  }),
});

const COLUMNS = {
  DOWNLOADS: { column: "downloads", part: "number" },
  LIKES: { column: "likes", part: "number" },
  NAME: { column: "nameSort", part: "text" },
  RELEASED: { column: "releasedSort", part: "date" },
  PARAMETERS: { column: "parametersSort", part: "number" },
  ACTIVE_PARAMETERS: { column: "activeParametersSort", part: "number" },
  CONTEXT: { column: "contextSort", part: "number" },
} as const satisfies Record<ColumnOrder, { column: string; part: CursorPart }>;

export interface OrderChoice {
  field: OrderField;
  direction?: Direction | null;
}

interface Order {
  /** For Drizzle: columns, or extras of these names. */
  orderBy: Record<string, "asc" | "desc">;
  /** What is computed for an order that is not by a column. */
  extras?: { fitting: (table: typeof models) => SQL<number | null> };
  /** What its cursors hold, for the check. */
  parts: CursorPart[];
}

/** The order of a list that `filter` narrows; throws `BAD_USER_INPUT` for one that it does not allow. */
export function orderOf(choice: OrderChoice | null | undefined, filter?: FitsFilter): Order {
  const field = choice?.field ?? "DOWNLOADS";
  const direction = choice?.direction ?? (field === "NAME" ? "ASC" : "DESC");
  const way = direction === "ASC" ? ("asc" as const) : ("desc" as const);
  if (field in COLUMNS) {
    const { column, part } = COLUMNS[field as ColumnOrder];
    return { orderBy: { [column]: way, slug: way }, parts: [part, "text"] };
  }
  if (!filter?.fits) {
    throw badInput("orderBy.field", field, "an order by a fact, as `filter.fits` is not given");
  }
  const parts: CursorPart[] = ["number", "text"];
  if (field === "SPEED") {
    const fewest = way === "desc" ? ("asc" as const) : ("desc" as const);
    return { orderBy: { activeParametersSort: fewest, slug: fewest }, parts };
  }
  const { fits } = filter;
  const computed =
    field === "MEMORY"
      ? (table: typeof models) => fitBytes(table, fits)
      : longestContext(fitsOf(fits));
  return { orderBy: { fitting: way, slug: way }, extras: { fitting: computed }, parts };
}

const longestContext =
  ({ settings, budgetBytes }: ReturnType<typeof fitsOf>) =>
  (table: typeof models) =>
    longestContextIn(table, settings, budgetBytes);
