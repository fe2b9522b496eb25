/** All sources into one catalog: what each adds, who is believed, and nothing new the second time. */
import { readFileSync } from "node:fs";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { catalogView } from "../../../src/db/catalog-view.ts";
import { type Connection, connect } from "../../../src/db/client.ts";
import * as tables from "../../../src/db/tables.ts";
import { runSource } from "../../../src/ingest/runner.ts";
import type { Source } from "../../../src/ingest/source.ts";
import { ggufSource } from "../../../src/ingest/sources/gguf/index.ts";
import { modelsDevSource } from "../../../src/ingest/sources/models-dev.ts";
import { modelScopeSource } from "../../../src/ingest/sources/modelscope/index.ts";
import { openRouterSource } from "../../../src/ingest/sources/openrouter.ts";
import { silentLog } from "../../../src/log.ts";
import { useTestDatabase } from "../../helpers/database.ts";
import {
  contextWith,
  fixtureRepos,
  type HubServer,
  sourceAt,
  startHubServer,
} from "../../helpers/hub-server/index.ts";
import { type ListingServer, startListingServer } from "../../helpers/upstreams/listing-server.ts";
import {
  type ModelScopeServer,
  startModelScopeServer,
} from "../../helpers/upstreams/modelscope-server.ts";

const database = useTestDatabase();
let connection: Connection;
let hub: HubServer;
let modelsDev: ListingServer;
let openRouter: ListingServer;
let modelScope: ModelScopeServer;

const gatedConfig = readFileSync("test/fixtures/hub/acme__Tiny-Gated/config.json", "utf8");

beforeAll(async () => {
  connection = connect({ url: database.url });
  const quantized = {
    id: "quantizer/Dense-GGUF",
    files: {},
    tags: ["gguf", "base_model:quantized:Acme/tiny-dense-instruct"],
    largeFiles: { "dense-Q4_K_M.gguf": 1_400_000 },
  };
  hub = await startHubServer({ repos: [...fixtureRepos(), quantized] });
  modelScope = await startModelScopeServer({ "acme/Tiny-Gated": { "config.json": gatedConfig } });
  modelsDev = await startListingServer("/models.json", {
    dense: {
      id: "acme/dense",
      release_date: "2024-05-05",
      limit: { context: 999_999 },
      weights: [{ url: "https://huggingface.co/ACME/Tiny-Dense" }],
    },
  });
  openRouter = await startListingServer("/api/v1/models", {
    data: [{ id: "acme/dense", hugging_face_id: "acme/Tiny-Dense", context_length: 4096 }],
  });
});
afterAll(async () => {
  await Promise.all([hub, modelsDev, openRouter, modelScope].map((server) => server.close()));
  await connection.close();
});

const run = (source: Source) => {
  const { http, signal } = contextWith();
  return runSource(source, { db: connection.db, http, log: silentLog, signal });
};
const model = (huggingFaceId: string) =>
  connection.db.query.models.findFirst({ where: { huggingFaceId }, with: { artifacts: true } });

const sources = (): Source[] => [
  sourceAt(hub.url, { organizations: ["acme"] }),
  ggufSource({
    endpoint: hub.url,
    token: null,
    owners: ["quantizer"],
    limitPerOwner: 100,
    headerBytesPerRun: 1e6,
  }),
  modelsDevSource(modelsDev.url),
  openRouterSource(openRouter.url),
  modelScopeSource(modelScope.url),
];

describe("all sources together", () => {
  it("each add what they know", async () => {
    for (const source of sources()) {
      expect(await run(source)).toMatchObject({ status: "SUCCEEDED", failed: 0 });
    }

    const gated = await model("acme/Tiny-Gated");
    expect(gated).toMatchObject({ status: "LISTED", vramReason: null, layers: 6, downloads: 1500 });
    expect(gated?.factSources).toMatchObject({ layers: "modelscope", downloads: "hugging-face" });
    expect(gated?.issues.map(({ code }) => code)).toEqual(["FALLBACK_COPY", "PARAMETER_MISMATCH"]);

    const dense = await model("acme/Tiny-Dense");
    expect(dense).toMatchObject({ releasedOn: "2024-05-05", contextLength: 8192 });
    expect(dense?.factSources).toMatchObject({
      releasedOn: "models-dev",
      contextLength: "hugging-face",
      servedContextLength: "openrouter",
      priceUrl: "openrouter",
    });

    const instruct = await model("acme/Tiny-Dense-Instruct");
    const own = instruct?.artifacts.filter(({ sourceId }) => sourceId === "hugging-face-gguf");
    expect(own).toMatchObject([
      { label: "Q4_K_M", bytes: 1_400_000, externalId: "quantizer/Dense-GGUF" },
    ]);
  });

  it("write nothing the second time", async () => {
    const before = await connection.db.$count(tables.catalogEvents);
    for (const source of sources()) {
      expect(await run(source)).toMatchObject({ created: 0, updated: 0, failed: 0 });
    }
    expect(await connection.db.$count(tables.catalogEvents)).toBe(before);
  });

  it("believe the Hub again when it hands out what was gated", async () => {
    const { repo } = hub.store.find("acme/Tiny-Gated")!;
    hub.store.put({ ...repo, gated: false, files: { ...repo.files, "README.md": "# Open" } });
    await run(sources()[0]!);
    const open = await model("acme/Tiny-Gated");
    expect(open?.factSources.architecture).toBe("hugging-face");
    expect(open?.issues.map(({ code }) => code)).not.toContain("FALLBACK_COPY");
    expect(await catalogView(connection.db).closed("modelscope")).toEqual([]);
    const kept = await connection.db
      .select()
      .from(tables.sourceRecords)
      .where(eq(tables.sourceRecords.sourceId, "modelscope"));
    expect(kept).toHaveLength(1);
  });
});

describe("the view of the catalog", () => {
  it("gives the catalog's own spelling of what it has", async () => {
    const view = catalogView(connection.db);
    const found = await view.spelling(["ACME/tiny-dense", "acme/Nowhere"]);
    expect([...found]).toEqual([["ACME/tiny-dense", "acme/Tiny-Dense"]]);
    expect(await view.spelling([])).toEqual(new Map());
  });
});
