/**
 * The model: the type that everything hangs on, and the queries that find models. This file has its
 * identity and its relations; its facts, memory and printable rows are in the `model-*.ts` files.
 */
import { sql } from "drizzle-orm";
import { formerName } from "../db/aliases.ts";
import { countModels } from "../db/model-count.ts";
import { areRare } from "../db/name-sample.ts";
import { models, ONLY_LISTED } from "../db/tables.ts";
import { builder } from "./builder.ts";
import { asTotalCount } from "./connection.ts";
import { ModelStatusEnum, VariantEnum } from "./enums.ts";
import { ModelFilter, modelConditions } from "./filters.ts";
import { badInput, checkText } from "./input-errors.ts";
import { ModelOrder, orderOf } from "./model-order.ts";
import { checkPage, checkPageSize } from "./page.ts";

export const Model = builder.drizzleNode("models", {
  name: "Model",
  description: "An open-weight language model, as its publisher released it.",
  id: { column: (model) => model.slug },
  select: { columns: { slug: true } },
  fields: (t) => ({
    slug: t.exposeString("slug", { description: "Short name for URLs, such as `deepseek-v3`." }),
    huggingFaceId: t.exposeString("huggingFaceId", {
      description: "Repository on Hugging Face, such as `deepseek-ai/DeepSeek-V3`.",
    }),
    name: t.exposeString("name", { description: "Display name." }),
    description: t.exposeString("description", {
      nullable: true,
      description: "A few sentences for people.",
    }),
    status: t.expose("status", {
      type: ModelStatusEnum,
      description: "How completely the catalog knows the model.",
    }),
    variant: t.expose("variant", {
      type: VariantEnum,
      nullable: true,
      description: "What was done to it after pre-training.",
    }),
    baseModel: t.exposeString("baseModel", {
      nullable: true,
      description: "Hugging Face id of the model that this one was made from.",
    }),
    downloads: t.expose("downloads", {
      type: "BigInt",
      description: "Downloads in the last 30 days; 0 when unknown.",
    }),
    likes: t.exposeInt("likes", { description: "Likes on Hugging Face; 0 when unknown." }),
    createdAt: t.expose("createdAt", {
      type: "DateTime",
      description: "When the catalog first had the model.",
    }),
    updatedAt: t.expose("updatedAt", {
      type: "DateTime",
      description: "When a fact or figure of the model last changed.",
    }),
    organization: t.relation("organization", { description: "Who published it." }),
    family: t.relation("family", {
      nullable: true,
      description: "The models that were made together with it.",
    }),
  }),
});

builder.drizzleObjectField(Model, "siblings", (t) =>
  t.field({
    type: [Model],
    description: "Other models of the same family, most downloaded first.",
    args: {
      first: t.arg.int({ required: true, defaultValue: 5, description: "How many: 0 to 100." }),
    },
    select: ({ first }, _context, nested) => {
      checkPageSize("first", first);
      // One more than asked, because the family includes the model itself.
      const siblings = nested({
        where: ONLY_LISTED,
        orderBy: { downloads: "desc", slug: "asc" },
        limit: first + 1,
      });
      return { columns: { slug: true }, with: { siblings } };
    },
    resolve: ({ slug, siblings }, { first }) =>
      siblings.filter((sibling) => sibling.slug !== slug).slice(0, first),
  }),
);

/** The connection of every list of models, wherever it hangs. */
export const ModelConnection = builder.connectionObject(
  {
    type: Model,
    name: "ModelConnection",
    description: "A page of models.",
  },
  { name: "ModelEdge", description: "A model and its place in the list." },
);

builder.queryFields((t) => ({
  model: t.drizzleField({
    type: Model,
    nullable: true,
    description: "One model, by its slug or its Hugging Face id; null when there is none.",
    args: {
      slug: t.arg.string({ description: "Short name, such as `deepseek-v3`." }),
      huggingFaceId: t.arg.string({
        description: "Repository on Hugging Face; upper and lower case are the same.",
      }),
    },
    resolve: async (query, _root, { slug, huggingFaceId }, { db }) => {
      if ((slug == null) === (huggingFaceId == null)) {
        const allowed = 'given when "huggingFaceId" is not, and left out when it is';
        throw badInput("slug", slug, allowed);
      }
      checkText("slug", slug);
      checkText("huggingFaceId", huggingFaceId);
      const where =
        slug == null
          ? { RAW: (t: typeof models) => sql`lower(${t.huggingFaceId}) = lower(${huggingFaceId})` }
          : { slug };
      const found = await db.query.models.findFirst(query({ where }));
      const former = found ? null : await formerName(db, slug ?? huggingFaceId ?? "");
      if (former === null) return found;
      return db.query.models.findFirst(query({ where: { slug: former } }));
    },
  }),
  models: t.drizzleConnection(
    {
      type: "models",
      description: "The models of the catalog, filtered, sorted and in pages.",
      args: {
        filter: t.arg({ type: ModelFilter, description: "Which models; all when left out." }),
        orderBy: t.arg({
          type: ModelOrder,
          description: "In which order; most downloaded first when left out.",
        }),
      },
      totalCount: (_root, args, { db }) => {
        // When only the count is asked, no page is read that could refuse its arguments.
        checkPage(args, orderOf(args.orderBy, args.filter).parts);
        return asTotalCount(countModels(db, modelConditions(models, args.filter)));
      },
      resolve: (query, _root, args, { db }) => {
        const { parts, ...order } = orderOf(args.orderBy, args.filter);
        checkPage(args, parts);
        const rare = (words: readonly string[]) => areRare(db, words);
        const where = { RAW: (table: typeof models) => modelConditions(table, args.filter, rare) };
        return db.query.models.findMany(query({ where, ...order }));
      },
    },
    ModelConnection,
  ),
}));
