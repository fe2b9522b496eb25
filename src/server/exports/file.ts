/**
 * Writing a bulk export to a compressed file, some models at a time: however large the catalog, only
 * those are in memory, and the database waits while the disk does.
 */
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { finished } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { Database } from "../../db/client.ts";
import { readWholeCatalog } from "../../db/whole-catalog.ts";
import { type CatalogState, catalogState } from "../../events/catalog-clock.ts";
import { exportRow } from "../../schema/export-row.ts";

/** `json` is one document, `ndjson` has a model on every line. */
export type ExportFormat = "json" | "ndjson";

export interface ExportFile {
  path: string;
  /** Bytes of the file, which is compressed by gzip. */
  size: number;
  /** The catalog that it holds. */
  state: CatalogState;
}

export async function writeExport(
  db: Database,
  format: ExportFormat,
  path: string,
): Promise<ExportFile> {
  const gzip = createGzip();
  const file = createWriteStream(path, { flags: "wx", mode: 0o600 });
  const written = finished(gzip.pipe(file));
  // Whoever writes hears of it; nothing is left unhandled when the reading fails first.
  written.catch(() => {});
  const write = async (text: string) => {
    if (!gzip.write(text)) await Promise.race([once(gzip, "drain"), written]);
  };
  let state: CatalogState | undefined;
  let first = true;
  try {
    await readWholeCatalog(
      db,
      async ({ lastEvent, writes, logId }) => {
        state = catalogState(lastEvent, writes, logId);
        if (format === "json") await write(`{"catalogVersion":${lastEvent},"models":[`);
      },
      async (models) => {
        for (const model of models) {
          const row = JSON.stringify(exportRow(model));
          await write(format === "ndjson" ? `${row}\n` : `${first ? "" : ","}\n${row}`);
          first = false;
        }
      },
    );
    gzip.end(format === "json" ? "\n]}\n" : "");
    await written;
  } catch (error) {
    file.destroy();
    throw error;
  }
  return { path, size: (await stat(path)).size, state: state! };
}
