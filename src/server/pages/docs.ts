/**
 * The project's documents at `/docs/`, as the Markdown they are written in. The names are read from
 * the folder, so a request can only ever name a file that is there.
 */
import { readdir, readFile } from "node:fs/promises";
import { projectFile } from "../../project-files.ts";
import { type Content, prepareContent } from "../http/content.ts";

export const DOCS_PATH = "/docs/";
const FOLDER = projectFile("docs/");

/** Names of the documents; none where the folder was not installed. */
export async function documentNames(): Promise<string[]> {
  const files = await readdir(FOLDER).catch(() => []);
  return files.filter((file) => file.endsWith(".md")).sort();
}

export interface DocumentCard {
  name: string;
  title: string;
  /** Its first sentence. */
  summary: string;
}

/** What each document is, for a list of them. */
export async function documentCards(): Promise<DocumentCard[]> {
  const names = await documentNames();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(new URL(name, FOLDER), "utf8");
      const [, title = name, lead = ""] = /^# (.+)\n+(.+(?:\n.+)*)/.exec(text) ?? [];
      return { name, title, summary: plain(/^.*?[.:](?=\s|$)/s.exec(lead)?.[0] ?? lead) };
    }),
  );
}

/** Markdown without its marks. */
function plain(markdown: string): string {
  return markdown
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/[*`]/g, "")
    .replace(/\s+/g, " ");
}

/** One document, or null when there is none of that name. */
export async function documentContent(name: string): Promise<Content | null> {
  if (!(await documentNames()).includes(name)) return null;
  const text = await readFile(new URL(name, FOLDER), "utf8");
  return prepareContent(text, { type: "text/plain; charset=utf-8" });
}
