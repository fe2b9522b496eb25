/** The schema, put together. Importing a type's file is what adds it. */
import type { GraphQLSchema } from "graphql";
import { builder } from "./builder.ts";
import "./scalars.ts";
import "./connection.ts";
import "./model.ts";
import "./family.ts";
import "./organization.ts";
import "./model-facts.ts";
import "./model-memory.ts";
import "./model-limits.ts";
import "./artifact.ts";
import "./gpu-finder.ts";
import "./provenance.ts";
import "./device.ts";
import "./device-models.ts";
import "./quantization.ts";
import "./placement.ts";
import "./lineage.ts";
import "./compare.ts";
import "./calculator.ts";
import "./search.ts";
import "./facets.ts";
import "./config-reading.ts";
import "./source.ts";
import "./event.ts";
import "./node.ts";

export const schema: GraphQLSchema = builder.toSchema({ sortSchema: false });
