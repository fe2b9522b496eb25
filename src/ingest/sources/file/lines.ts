/**
 * A file of models, one JSON object per line. A line that cannot be used is skipped by its number and
 * hides no other; a line that never ends is not read to its end.
 */
import { createReadStream } from "node:fs";
import { messageOf } from "../../../errors.ts";
import { parseConfigText } from "../../normalize/index.ts";
import type { ListPage } from "../../source.ts";
import { type OwnModel, ownModel } from "./entry.ts";
import { unusable } from "./folder.ts";

const MAX_LINE = 8 * 1024 * 1024;

/** All lines as one page. */
export async function listLines(path: string): Promise<ListPage> {
  const page: ListPage = { items: [], skipped: [], next: [] };
  let number = 0;
  for await (const line of lines(path)) {
    number++;
    if (line.trim() === "") continue;
    const model = readLine(line);
    if (typeof model === "string") {
      const reason = `Line ${number}: ${model}`;
      page.skipped.push({ externalId: null, code: "INVALID_ENTRY", reason });
    } else {
      page.items.push({ externalId: model.id, revision: null, lastModified: null, info: model });
    }
  }
  return page;
}

/** The model of a line, or why it is none. */
function readLine(line: string): OwnModel | string {
  try {
    const model = ownModel.safeParse(parseConfigText(line));
    if (model.success) return model.data;
    const { path, message } = model.error.issues[0]!;
    return `${path.join(".") || "the line"}: ${message}`;
  } catch (error) {
    return messageOf(error);
  }
}

async function* lines(path: string): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of createReadStream(path, { encoding: "utf8" })) {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop()!;
    if (rest.length > MAX_LINE)
      throw unusable(path, `a line is longer than ${MAX_LINE} characters`);
    yield* parts;
  }
  if (rest !== "") yield rest;
}
