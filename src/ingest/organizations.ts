/** The curated list of organizations whose models are read from the Hub, with their names. */
import { readFileSync } from "node:fs";
import * as z from "zod";
import { projectFile } from "../project-files.ts";

const organizations = z.array(z.object({ id: z.string().min(1), name: z.string().min(1) }));

export type Organization = z.infer<typeof organizations>[number];

export function loadOrganizations(): Organization[] {
  const path = projectFile("data/organizations.json");
  return organizations.parse(JSON.parse(readFileSync(path, "utf8")));
}
