/** Writes the table of variables into `docs/operations.md`. A test fails when the two differ. */
import { readFileSync, writeFileSync } from "node:fs";
import { withVariables } from "./variables-table.ts";

const file = new URL("../docs/operations.md", import.meta.url);
writeFileSync(file, withVariables(readFileSync(file, "utf8")));
