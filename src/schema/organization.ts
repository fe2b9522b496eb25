/** Organizations: who publishes models. */

import { countOf } from "../db/model-count.ts";
import { models, organizations } from "../db/tables.ts";
import { builder } from "./builder.ts";
import { underBothPaths } from "./connection.ts";
import { checkText } from "./input-errors.ts";
import { Model, ModelConnection } from "./model.ts";
import { modelCount, modelPageArgs, modelPages } from "./model-pages.ts";
import { checkPage } from "./page.ts";

/** One function for all uses: the planner tells extra columns apart by identity. */
const count = (organization: typeof organizations) =>
  modelCount(models.organizationSlug, organization.slug);

export const Organization = builder.drizzleNode("organizations", {
  name: "Organization",
  description: "A company, laboratory or person that publishes models.",
  id: { column: (organization) => organization.slug },
  select: { columns: { slug: true } },
  fields: (t) => ({
    slug: t.exposeString("slug", { description: "Short name for URLs, such as `deepseek-ai`." }),
    name: t.exposeString("name", { description: "Display name." }),
    families: t.relation("families", {
      description: "Its families, by name.",
      query: { orderBy: { name: "asc", slug: "asc" } },
    }),
    modelCount: t.int({
      description:
        "How many models the catalog has of it; of more than 50,000 an estimate, within some percent.",
      select: { extras: { modelCount: count } },
      resolve: (organization) => countOf(organization.modelCount).value,
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
        resolve: (organization, args, context) => ({
          ...modelPages.resolve(organization.models, args, context, organization),
          totalCount: countOf(organization.modelCount),
        }),
      },
      ModelConnection,
    ),
  }),
});

const OrganizationConnection = builder.connectionObject(
  { type: Organization, name: "OrganizationConnection", description: "A page of organizations." },
  { name: "OrganizationEdge", description: "An organization and its place in the list." },
);

builder.queryFields((t) => ({
  organization: t.drizzleField({
    type: Organization,
    nullable: true,
    description: "One organization; null when there is none of that name.",
    args: { slug: t.arg.string({ required: true, description: "Its short name." }) },
    resolve: (query, _root, { slug }, { db }) => {
      checkText("slug", slug);
      return db.query.organizations.findFirst(query({ where: { slug } }));
    },
  }),
  organizations: t.drizzleConnection(
    {
      type: "organizations",
      description: "All organizations, in the order of their slugs.",
      totalCount: (_root, args, { db }) => {
        checkPage(args, ["text"]);
        return db.$count(organizations);
      },
      resolve: (query, _root, args, { db }) => {
        checkPage(args, ["text"]);
        return db.query.organizations.findMany(query({ orderBy: { slug: "asc" } }));
      },
    },
    OrganizationConnection,
  ),
}));
