/** Families: the models that were made together, such as all of Qwen 3. */
import { countOf } from "../db/model-count.ts";
import { families, models } from "../db/tables.ts";
import { builder } from "./builder.ts";
import { underBothPaths } from "./connection.ts";
import { checkText } from "./input-errors.ts";
import { Model, ModelConnection } from "./model.ts";
import { modelCount, modelPageArgs, modelPages } from "./model-pages.ts";
import { checkPage } from "./page.ts";

/** One function for all uses: the planner tells extra columns apart by identity. */
const count = (family: typeof families) => modelCount(models.familySlug, family.slug);

export const Family = builder.drizzleNode("families", {
  name: "Family",
  description: "Models that were made together, such as all sizes of Qwen 3.",
  id: { column: (family) => family.slug },
  select: { columns: { slug: true } },
  fields: (t) => ({
    slug: t.exposeString("slug", { description: "Short name for URLs, such as `deepseek-v3`." }),
    name: t.exposeString("name", { description: "Display name." }),
    organization: t.relation("organization", {
      nullable: true,
      description: "Who makes it; null when several do or nobody is known.",
    }),
    modelCount: t.int({
      description:
        "How many models the catalog has of it; of more than 50,000 an estimate, within some percent.",
      select: { extras: { modelCount: count } },
      resolve: (family) => countOf(family.modelCount).value,
    }),
    models: t.connection(
      {
        type: Model,
        description: "Its models, in pages.",
        args: modelPageArgs,
        select: (args, context, nested) => ({
          with: { models: modelPages.getQuery(args, context, underBothPaths(nested, "Model")) },
          extras: { modelCount: count },
        }),
        resolve: (family, args, context) => ({
          ...modelPages.resolve(family.models, args, context, family),
          totalCount: countOf(family.modelCount),
        }),
      },
      ModelConnection,
    ),
  }),
});

const FamilyConnection = builder.connectionObject(
  {
    type: Family,
    name: "FamilyConnection",
    description: "A page of families.",
  },
  { name: "FamilyEdge", description: "A family and its place in the list." },
);

builder.queryFields((t) => ({
  family: t.drizzleField({
    type: Family,
    nullable: true,
    description: "One family; null when there is none of that name.",
    args: { slug: t.arg.string({ required: true, description: "Its short name." }) },
    resolve: (query, _root, { slug }, { db }) => {
      checkText("slug", slug);
      return db.query.families.findFirst(query({ where: { slug } }));
    },
  }),
  families: t.drizzleConnection(
    {
      type: "families",
      description: "All families, in the order of their slugs.",
      totalCount: (_root, args, { db }) => {
        checkPage(args, ["text"]);
        return db.$count(families);
      },
      resolve: (query, _root, args, { db }) => {
        checkPage(args, ["text"]);
        return db.query.families.findMany(query({ orderBy: { slug: "asc" } }));
      },
    },
    FamilyConnection,
  ),
}));
