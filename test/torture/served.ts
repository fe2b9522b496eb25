/** The compiled API over a database of made-up models, as a process of its own. */
import { writeRecords } from "../../src/db/catalog.ts";
import { connect } from "../../src/db/client.ts";
import { ATTENTION_KINDS, MODALITIES, USE_CASES, VARIANTS } from "../../src/db/facts.ts";
import { modelRecord, smallArchitecture } from "../helpers/records.ts";
import { type Program, startProgram, stopProgram } from "./program.ts";

export interface Served {
  url: string;
  pid: number;
  program: Program;
  stop(): Promise<number | NodeJS.Signals>;
}

/** Starts `serve` on a database that is migrated. */
export async function serveDatabase(
  databaseUrl: string,
  variables: Record<string, string> = {},
): Promise<Served> {
  const program = startProgram("serve", { DATABASE_URL: databaseUrl, ...variables });
  const url = await program.ready;
  return { url, pid: program.child.pid!, program, stop: () => stopProgram(program) };
}

/** Writes models as a source would, so that lists have pages and searches have hits. */
export async function fillCatalog(databaseUrl: string, count: number): Promise<void> {
  const { db, close } = connect({ url: databaseUrl, maxConnections: 2 });
  try {
    for (let from = 0; from < count; from += 50) {
      const records = Array.from({ length: Math.min(50, count - from) }, (_, index) =>
        madeUp(from + index),
      );
      await writeRecords(db, "test", records);
    }
  } finally {
    await close();
  }
}

/** The same for the same number; every third fact is missing somewhere. */
export function madeUp(number: number) {
  const owner = `org-${number % 7}`;
  return modelRecord(`${owner}/Model-${number}-${number % 3 ? "Chat" : "Base"}`, {
    facts: {
      downloads: (number * 7919) % 100_000,
      likes: number % 50,
      ...(number % 4 && { license: ["apache-2.0", "mit", "llama3.1"][number % 3]! }),
      ...(number % 4 && { commercialUse: [true, null, false][number % 3]! }),
      ...(number % 5 && { languages: ["en", "de", "zh"].slice(0, 1 + (number % 3)) }),
      ...(number % 2 && { tags: [`tag-${number % 11}`] }),
      ...(number % 4 && { variant: VARIANTS[number % 3]! }),
      ...(number % 3 && { useCases: USE_CASES.slice(number % 5, (number % 5) + 2) }),
      ...(number % 6 && { attentionKind: ATTENTION_KINDS[number % 4]! }),
      ...(number % 5 && { releasedOn: `2026-${number % 2 ? "03" : "11"}-${10 + (number % 19)}` }),
      ...(number % 7 === 0 && { experts: 8, activeExperts: 2 }),
      ...(number % 4 === 1 && { baseModel: `org-1/Model-${number % 9}` }),
      ...(number % 3 === 1 && { family: `family-${number % 8}`, familyName: `Clan ${number % 8}` }),
      inputModalities: MODALITIES.slice(0, 1 + (number % 3)),
      outputModalities: MODALITIES.slice(number % 2, 1 + (number % 2)),
      totalParameters: 1_000_000 * (1 + (number % 90)),
      ...(number % 3 && { activeParameters: 1_000_000 * (1 + (number % 17)) }),
      architecture: { ...smallArchitecture, vocabSize: 32_000 + 1_000 * (number % 50) },
      contextLength: 1024 * (1 + (number % 128)),
    },
  });
}
