/**
 * The newest export in each format, made when it is first asked for and kept in a temporary folder
 * until the catalog changes. One is made at a time, however many ask; who asks meanwhile gets that one.
 */
import { randomUUID } from "node:crypto";
import { access, mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Database } from "../../db/client.ts";
import type { CatalogClock } from "../../events/catalog-clock.ts";
import { type ExportFile, type ExportFormat, writeExport } from "./file.ts";

export interface Exports {
  get(format: ExportFormat): Promise<ExportFile>;
  /** Removes the files. */
  close(): Promise<void>;
}

export function createExports(db: Database, clock: CatalogClock): Exports {
  const folder = join(tmpdir(), `plimsoll-exports-${randomUUID()}`);
  let made = 0;
  const kept = new Map<ExportFormat, ExportFile>();
  /** Replaced ones, which somebody may be about to open. */
  const replaced = new Map<ExportFormat, ExportFile>();
  const making = new Map<ExportFormat, Promise<ExportFile>>();

  async function make(format: ExportFormat): Promise<ExportFile> {
    // Each time, because systems clear away what lies in temporary folders for long.
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, `${++made}.${format}.gz`);
    try {
      const file = await writeExport(db, format, path);
      const [old, older] = [kept.get(format), replaced.get(format)];
      kept.set(format, file);
      if (old) replaced.set(format, old);
      // Who is still reading it goes on: the file is gone when the last reader closes it.
      if (older) await rm(older.path, { force: true });
      return file;
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  }

  return {
    async get(format) {
      const file = kept.get(format);
      if (file && file.state.stamp === (await clock.now()).stamp && (await exists(file)))
        return file;
      const begun = making.get(format) ?? make(format).finally(() => making.delete(format));
      making.set(format, begun);
      return begun;
    },
    async close() {
      await Promise.allSettled(making.values());
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const exists = ({ path }: ExportFile) =>
  access(path).then(
    () => true,
    () => false,
  );
