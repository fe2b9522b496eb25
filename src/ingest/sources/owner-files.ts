/**
 * Folders of hand-written JSON, one file per owner: `Qwen.json` maps `Qwen/Qwen3-8B` to an entry. Every
 * file is a page of the listing, so a broken one hides no other, and nothing outside the folder is
 * ever read.
 */
import { readdir, readFile } from "node:fs/promises";
import * as z from "zod";
import { messageOf, PlimsollError } from "../../errors.ts";
import type { ListPage } from "../source.ts";

const fileName = /^[\w.-]+\.json$/;
const modelId = /^[\w.-]+\/[\w.-]+$/;

export class OwnerFiles<Entry> {
  private readonly folder: URL;
  private readonly title: string;
  private readonly entry: z.ZodType<Entry>;

  /** @param title what the folder holds, for messages: "editorial notes". */
  constructor(folder: URL, title: string, entry: z.ZodType<Entry>) {
    this.folder = folder;
    this.title = title;
    this.entry = entry;
  }

  /** The first page names the files; then each file is a page. */
  async listPage(cursor: string | null): Promise<ListPage> {
    const page: ListPage = { items: [], skipped: [], next: [] };
    if (cursor === null) return { ...page, next: await this.names() };
    for (const [externalId, entry] of Object.entries(await this.read(cursor))) {
      const skip = (reason: string) => {
        page.skipped.push({ externalId, code: "INVALID_ENTRY", reason });
      };
      const parsed = this.entry.safeParse(entry);
      if (!modelId.test(externalId) || this.nameFor(externalId) !== cursor) {
        skip(`${externalId} does not belong into ${cursor}.`);
      } else if (!parsed.success) skip(z.prettifyError(parsed.error));
      else page.items.push({ externalId, revision: null, lastModified: null, info: parsed.data });
    }
    return page;
  }

  /** The entry of one model, from the listing where it is at hand; null when there is none. */
  async find(externalId: string, listed: unknown): Promise<Entry | null> {
    const parsed = this.entry.safeParse(listed ?? (await this.lookUp(externalId)));
    return parsed.success ? parsed.data : null;
  }

  /** The file that a model's entry belongs into. */
  nameFor(externalId: string): string {
    return `${externalId.split("/", 1)[0]}.json`;
  }

  private async names(): Promise<string[]> {
    return (await readdir(this.folder)).filter((name) => fileName.test(name)).sort();
  }

  private async lookUp(externalId: string): Promise<unknown> {
    const name = this.nameFor(externalId);
    return (await this.names()).includes(name) ? (await this.read(name))[externalId] : undefined;
  }

  private async read(name: string): Promise<Record<string, unknown>> {
    try {
      if (!fileName.test(name)) throw new Error("this is not the name of such a file");
      const text = await readFile(new URL(name, this.folder), "utf8");
      return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
    } catch (cause) {
      const message = `The ${this.title} in ${name} cannot be read: ${messageOf(cause)}`;
      throw new PlimsollError("UPSTREAM_INVALID", message, { cause });
    }
  }
}
