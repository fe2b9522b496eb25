/** Traps of upstreams that are in no shape and no name, each named after the model that shows it. */
import { desc } from "drizzle-orm";
import { expect, it, onTestFinished } from "vitest";
import { writeRecords } from "../../src/db/catalog.ts";
import { connect } from "../../src/db/client.ts";
import { catalogEvents } from "../../src/db/tables.ts";
import { compile } from "../../src/estimator/index.ts";
import { useTestDatabase } from "../helpers/database.ts";
import { modelRecord } from "../helpers/records.ts";
import { architecture, read } from "../normalize/read.ts";

const database = useTestDatabase();

it("Qwen3-0.6B: a context that its publisher raised later is told with both values", async () => {
  const { db, close } = connect({ url: database.url });
  onTestFinished(close);
  const reading = (positions: number, revision: string) => {
    const { facts } = read("Qwen/Qwen3-0.6B", { max_position_embeddings: positions });
    return { ...modelRecord("Qwen/Qwen3-0.6B", { facts }), revision };
  };
  await writeRecords(db, "hugging-face", [reading(32_768, "early")]);
  await writeRecords(db, "hugging-face", [reading(40_960, "later")]);
  const [last] = await db.select().from(catalogEvents).orderBy(desc(catalogEvents.number)).limit(1);
  expect(last).toMatchObject({
    kind: "MODEL_UPDATED",
    changes: expect.arrayContaining([{ field: "contextLength", from: 32_768, to: 40_960 }]),
  });
});

it("Llama-3.1-8B: Q4_K_M is its file's 4.92 GB and 0.61 bytes a weight, not half a byte", () => {
  const { bytes } = compile(architecture("meta-llama/Llama-3.1-8B")).weights.Q4_K_M!;
  // The published file has 4,920,739,168 bytes, of which some 8 MB are its head with the vocabulary.
  expect(bytes / 4_920_739_168).toBeGreaterThan(0.998);
  expect(bytes / 4_920_739_168).toBeLessThanOrEqual(1);
  expect(bytes / 8_030_261_248).toBeCloseTo(0.612, 2);
});

it("DeepSeek-V3: Q8_0 is 1.06 bytes a weight, whatever decimal or binary gigabytes a page prints", () => {
  const { bytes } = compile(architecture("deepseek-ai/DeepSeek-V3")).weights.Q8_0!;
  expect(bytes / 671_026_419_200).toBeCloseTo(1.063, 2);
});
