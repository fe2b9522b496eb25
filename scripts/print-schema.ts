/** Writes the published SDL, `schema.graphql`, from the code. A test fails when the two differ. */
import { writeFileSync } from "node:fs";
import { printSchema } from "graphql";
import { schema } from "../src/schema/index.ts";

const file = new URL("../schema.graphql", import.meta.url);
writeFileSync(file, `${printSchema(schema)}\n`);
