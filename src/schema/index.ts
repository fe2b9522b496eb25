/** The schema, put together. Importing a type's file is what adds it. */
import { GraphQLSchema } from "graphql";
import { builder } from "./builder.ts";
import { keepPlans } from "./plan/index.ts";
import "./scalars.ts";
import "./connection.ts";
import "./model.ts";
import "./family.ts";
import "./organization.ts";
import "./model-facts.ts";
import "./model-weights.ts";
import "./model-memory.ts";
import "./model-limits.ts";
import "./artifact.ts";
import "./measurement.ts";
import "./gpu-finder.ts";
import "./provenance.ts";
import "./device-list.ts";
import "./device-models.ts";
import "./quantization.ts";
import "./placement.ts";
import "./lineage.ts";
import "./compare.ts";
import "./context-ranking.ts";
import "./calculator.ts";
import "./search.ts";
import "./facets.ts";
import "./config-reading.ts";
import "./ingest-run.ts";
import "./source.ts";
import "./administration.ts";
import "./schema-version.ts";
import "./event.ts";
import "./changes.ts";
import "./node.ts";
import { traceRootFields } from "./traced-fields.ts";

const DESCRIPTION = `The load line for open-weight language models: what each one is, how much memory it takes at any
quantization and context, and what hardware carries it.

Sizes are objects: \`bytes\` is exact, \`gib\` counts 2^30 and \`gb\` 10^9 bytes, \`formatted\` is for people.
What is not there is null, an unknown fact is null, and a figure that cannot be computed is null with a
reason beside it. Lists are connections with \`nodes\`, \`edges\`, \`pageInfo\` and \`totalCount\`; \`first\` is 0
to 100. Errors have a stable \`extensions.code\`; \`BAD_USER_INPUT\` names the argument, its value and what is
allowed. Every answer says what it cost in \`extensions.cost\`.`;

const built = builder.toSchema({ sortSchema: false });

export const schema: GraphQLSchema = traceRootFields(
  keepPlans(new GraphQLSchema({ ...built.toConfig(), description: DESCRIPTION })),
);
