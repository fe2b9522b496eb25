/**
 * The example operations shown as tabs in GraphiQL: the files of `examples/operations`, in the order
 * of their names. Their variables have defaults, because GraphiQL fills its variables panel for every
 * tab but the first.
 */
import { readdir, readFile } from "node:fs/promises";
import { projectFile } from "../../project-files.ts";

const FOLDER = projectFile("examples/operations/");

export interface Example {
  name: string;
  query: string;
}

export async function readExamples(): Promise<Example[]> {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith(".graphql")).sort();
  return Promise.all(
    files.map(async (file) => ({
      name: file.slice(0, -".graphql".length),
      query: await readFile(new URL(file, FOLDER), "utf8"),
    })),
  );
}
