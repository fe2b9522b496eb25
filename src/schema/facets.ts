/** Facets: how many models there are of each family, licence and so on, for the sidebar of a browser. */
import { builder } from "./builder.ts";
import { described } from "./enums.ts";
import { type CountedFacet, countFacets, type FacetValue } from "./facet-counts.ts";
import { FACET_NAMES, type FacetName, sourceOf } from "./facet-sources.ts";
import { ModelFilter } from "./filters.ts";
import { badInput } from "./input-errors.ts";
import { checkPageSize } from "./page.ts";

const FacetEnum = builder.enumType("ModelFacet", {
  description: "What models are counted by.",
  values: described(
    Object.fromEntries(FACET_NAMES.map((name) => [name, sourceOf(name).description])) as Record<
      FacetName,
      string
    >,
  ),
});

const FacetValueType = builder.objectRef<FacetValue>("FacetValue").implement({
  description: "One value of a facet.",
  fields: (t) => ({
    value: t.exposeString("value", { description: "The value, as the filter takes it." }),
    label: t.exposeString("label", { description: "What people call it." }),
    count: t.exposeInt("count", { description: "How many models have it under the filter." }),
  }),
});

const FacetType = builder.objectRef<CountedFacet>("Facet").implement({
  description: "The values of one property of models, with how many models have each.",
  fields: (t) => ({
    isEstimate: t.exposeBoolean("isEstimate", {
      description:
        "True when its values were counted on a sample, in a catalog of more than 50,000 models: counts are then within some percent for frequent values, and rare values may be left out.",
    }),
    facet: t.field({
      type: FacetEnum,
      description: "The property.",
      resolve: ({ facet }) => facet,
    }),
    values: t.field({
      type: [FacetValueType],
      description: "Its values, the most frequent first.",
      resolve: ({ values }) => values,
    }),
  }),
});

builder.queryField("facets", (t) =>
  t.field({
    type: [FacetType],
    description:
      "Models counted by family, licence and so on. Each facet is counted under the filter without its own condition.",
    args: {
      by: t.arg({
        type: [FacetEnum],
        description: "Which facets, in this order; all when left out.",
      }),
      filter: t.arg({ type: ModelFilter, description: "Which models; all when left out." }),
      first: t.arg.int({
        required: true,
        defaultValue: 20,
        description: "How many values of each facet: 0 to 100.",
      }),
    },
    // Each looks at every model.
    complexity: ({ by }) => ({ field: 20 * (by?.length ?? FACET_NAMES.length), multiplier: 1 }),
    resolve: async (_root, { by, filter, first }, { db }) => {
      checkPageSize("first", first);
      const names = by ?? FACET_NAMES;
      if (names.length === 0 || new Set(names).size < names.length) {
        throw badInput("by", by, "a list of different facets, or left out");
      }
      return countFacets(db, names, filter, first);
    },
  }),
);
