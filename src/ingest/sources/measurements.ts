/**
 * The source of community measurements: `data/measurements`, one file per owner, each model with the
 * memory that people read off their devices. It states no fact; its readings stand beside the
 * estimates, with how far those are off.
 */
import * as z from "zod";
import { projectFile } from "../../project-files.ts";
import type { Source } from "../source.ts";
import { measurement } from "./measurement.ts";
import { noteRecord } from "./notes.ts";
import { OwnerFiles } from "./owner-files.ts";
import { missingRecord } from "./records.ts";

const entry = z.array(measurement).min(1);

/** @param folder the files to read; the bundled ones unless a test brings its own. */
export function measurementsSource(folder: URL = projectFile("data/measurements/")): Source {
  const files = new OwnerFiles(folder, "measurements", entry);
  return {
    id: "measurements",
    title: "Community measurements",
    version: 1,
    selfContained: true,
    retracts: true,
    listPage: (cursor) => files.listPage(cursor),
    async read({ externalId, info }, context) {
      const measurements = await files.find(externalId, info);
      const url = `https://huggingface.co/${externalId}`;
      if (measurements === null) return missingRecord(externalId, url, "Nothing was measured.");
      return noteRecord({ externalId, url, facts: {}, origins: {}, measurements }, context);
    },
  };
}
