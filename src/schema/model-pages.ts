/** The `models` connection of a family or an organization: one statement, however many parents. */
import { drizzleConnectionHelpers } from "@pothos/plugin-drizzle";
import { type AnyColumn, and, eq } from "drizzle-orm";
import { countUnder } from "../db/model-count.ts";
import { LISTED, ONLY_LISTED } from "../db/tables.ts";
import { builder } from "./builder.ts";
import { ModelOrder, type OrderChoice, orderOf } from "./model-order.ts";
import { checkPage, type PageArguments } from "./page.ts";

export const modelPageArgs = builder.args((t) => ({
  orderBy: t.field({
    type: ModelOrder,
    description: "In which order; most downloaded first when left out.",
  }),
}));

export const modelPages = drizzleConnectionHelpers(builder, "models", {
  query: (args: PageArguments & { orderBy?: OrderChoice | null }) => {
    const { orderBy, parts } = orderOf(args.orderBy);
    checkPage(args, parts);
    return { where: ONLY_LISTED, orderBy };
  },
});

/** How many listed models have `key` in `column`, as an extra column of the parent's row; see `countOf`. */
export function modelCount(column: AnyColumn, key: AnyColumn) {
  return countUnder(and(LISTED, eq(column, key))!);
}
