/** The version of the running code, from its own package. */
import { readFileSync } from "node:fs";
import { projectFile } from "../project-files.ts";

const manifest = readFileSync(projectFile("package.json"), "utf8");

export const VERSION: string = JSON.parse(manifest).version;
