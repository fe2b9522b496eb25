/**
 * Models of the operator's own: a folder or a file of lines on this machine, so that private models
 * stand in one's own catalog beside the public ones. It reads nothing else and sends nothing anywhere.
 */
import { stat } from "node:fs/promises";
import { messageOf, PlimsollError } from "../../../errors.ts";
import { NORMALIZER_VERSION } from "../../normalize/index.ts";
import type { ListedModel, Source } from "../../source.ts";
import { missingRecord } from "../records.ts";
import { type OwnModel, ownModel, recordOf } from "./entry.ts";
import { ModelFolder } from "./folder.ts";
import { listLines } from "./lines.ts";

/** @param path a folder of `owner/name/config.json`, or a file with one model per line. */
export function fileSource(path: string): Source {
  const folder = new ModelFolder(path);

  async function isFolder(): Promise<boolean> {
    try {
      return (await stat(path)).isDirectory();
    } catch (cause) {
      const message = `The models in ${path} cannot be read: ${messageOf(cause)}`;
      throw new PlimsollError("UPSTREAM_UNAVAILABLE", message, { cause, retryable: true });
    }
  }

  async function find({ externalId, info }: ListedModel): Promise<OwnModel | null> {
    if (info !== null) return ownModel.parse(info);
    if (await isFolder()) return folder.read(externalId);
    const { items } = await listLines(path);
    const line = items.find((item) => item.externalId === externalId);
    return line === undefined ? null : ownModel.parse(line.info);
  }

  return {
    id: "file",
    title: "Own models",
    version: NORMALIZER_VERSION,
    selfContained: true,
    retracts: true,
    listPage: async (cursor) => ((await isFolder()) ? folder.listPage(cursor) : listLines(path)),
    async read(item, context) {
      const model = await find(item);
      if (model !== null) return recordOf(model, context);
      return missingRecord(item.externalId, "", `${item.externalId} has no config.json here.`);
    },
  };
}
