/** What the Hugging Face source makes of one repository, over a local Hub. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { KnownRecord, SourceRecord } from "../../src/ingest/source.ts";
import {
  byName,
  contextWith,
  fixtureRepos,
  type HubRepo,
  type HubServer,
  listAll,
  sourceAt,
  startHubServer,
} from "../helpers/hub-server/index.ts";

const TOKENS = { hf_stranger: [], hf_reader: ["acme/Tiny-Gated"] };

let hub: HubServer;
beforeEach(async () => {
  hub = await startHubServer({ repos: fixtureRepos(), tokens: TOKENS });
});
afterEach(() => hub.close());

/** Reads one model as listed, and forgets the requests of the listing. */
async function readListed(
  id: string,
  known = new Map<string, KnownRecord>(),
  token: string | null = null,
): Promise<SourceRecord> {
  const source = sourceAt(hub.url, { token });
  const { items } = await listAll(source, contextWith());
  hub.requests.length = 0;
  const item = items.find(({ externalId }) => externalId === id);
  return source.read(item ?? byName(id), contextWith(known));
}
const remember = (record: SourceRecord) =>
  new Map([[record.externalId, { revision: record.revision, files: record.files }]]);
const paths = () => hub.requests.map(({ method, path }) => `${method} ${path}`);

test("an open model is read with one request for its config", async () => {
  const record = await readListed("acme/Tiny-Dense");
  const sha = hub.store.find("acme/Tiny-Dense")?.sha;
  expect(paths()).toEqual([`GET /acme/Tiny-Dense/resolve/${sha}/config.json`]);
  expect(record).toMatchObject({
    outcome: "model",
    state: "open",
    reason: null,
    revision: sha,
    url: "https://huggingface.co/acme/Tiny-Dense",
    facts: { layers: 4, kvHeads: 2, contextLength: 8192 },
  });
  expect(record.artifacts).toEqual([
    {
      kind: "safetensors",
      label: null,
      files: 1,
      bytes: 2742528 * 2,
      parameters: 2742528,
      externalId: "acme/Tiny-Dense",
    },
  ]);
});

test("a quantization that is described beside the config is read too", async () => {
  const record = await readListed("acme/Tiny-Dense-NVFP4");
  expect(hub.requests).toHaveLength(2);
  const read = ["config.json", "hf_quant_config.json"];
  expect(Object.keys(record.files)).toEqual(expect.arrayContaining(read));
});

test("recommended settings are read from generation_config.json", async () => {
  giveSettings(JSON.stringify({ temperature: 0.6, top_p: 0.95 }));
  const record = await readListed("acme/Tiny-Dense");
  expect(record.facts.sampling).toMatchObject({ temperature: 0.6, topP: 0.95, topK: null });
  expect(Object.keys(record.files)).toContain("generation_config.json");
});

test("settings that cannot be read are named, and the model is kept", async () => {
  giveSettings("<html>");
  const record = await readListed("acme/Tiny-Dense");
  expect(record).toMatchObject({ outcome: "model", facts: { layers: 4 } });
  expect(record.issues).toMatchObject([{ code: "UNREADABLE_FIELD", field: "sampling" }]);
});

function giveSettings(text: string): void {
  const { repo } = hub.store.find("acme/Tiny-Dense")!;
  hub.store.put({ ...repo, files: { ...repo.files, "generation_config.json": text } });
}

test("the same revision costs no request", async () => {
  const known = remember(await readListed("acme/Tiny-Dense"));
  const record = await readListed("acme/Tiny-Dense", known);
  expect(record.outcome).toBe("unchanged");
  expect(paths()).toEqual([]);
});

test("a commit that leaves the config alone costs one paths-info call", async () => {
  const first = await readListed("acme/Tiny-Dense");
  const repo = hub.store.find("acme/Tiny-Dense")!.repo;
  hub.store.put({ ...repo, files: { ...repo.files, "README.md": "# New words" } });
  const record = await readListed("acme/Tiny-Dense", remember(first));
  expect(record).toMatchObject({ outcome: "unchanged", files: first.files });
  expect(record.revision).not.toBe(first.revision);
  expect(paths()).toEqual([`POST /api/models/acme/Tiny-Dense/paths-info/${record.revision}`]);
});

describe("a model with GGUF files beside its weights", () => {
  const id = "acme/Tiny-Dense";
  const files = { "tiny-Q4_K_M.gguf": 1_500_000, "mmproj-F16.gguf": 20_000 };
  const repo = fixtureRepos().find((each) => each.id === id)!;
  const largeFiles = { ...repo.largeFiles, ...files };
  const commit = (change: Partial<HubRepo>) =>
    hub.store.put({ ...hub.store.find(id)!.repo, ...change });
  const withCard = { files: { ...repo.files, "README.md": "# New words" } };

  test("costs one paths-info call where a commit leaves config and files alone", async () => {
    commit({ largeFiles });
    const first = await readListed(id);
    commit(withCard);
    const record = await readListed(id, remember(first));
    expect(record).toMatchObject({ outcome: "unchanged", files: first.files });
    expect(paths()).toEqual([`POST /api/models/${id}/paths-info/${record.revision}`]);
  });

  test("is read again when a file is added, replaced or renamed", async () => {
    commit({ largeFiles });
    const known = remember(await readListed(id));
    const q8 = { "tiny-Q8_0.gguf": 2_500_000 };
    const added = { ...largeFiles, ...q8 };
    const replaced = { ...largeFiles, "tiny-Q4_K_M.gguf": 1_500_001 };
    const { "tiny-Q4_K_M.gguf": _, ...others } = largeFiles;
    for (const changed of [added, replaced, { ...others, ...q8 }]) {
      commit({ largeFiles: changed });
      const record = await readListed(id, known);
      expect(record.outcome).toBe("model");
      expect(record.files).not.toEqual(known.get(id)?.files);
    }
  });

  test("is read again where a mirror has no paths-info, without asking for weights", async () => {
    commit({ largeFiles });
    const known = remember(await readListed(id));
    commit(withCard);
    hub.fail("paths-info", { kind: "status", status: 405 });
    expect((await readListed(id, known)).outcome).toBe("model");
    expect(paths().filter((path) => path.endsWith(".gguf"))).toEqual([]);
  });
});

test("weights that come some commits after their config are counted", async () => {
  const { repo } = hub.store.find("acme/Tiny-Dense")!;
  hub.store.put({ ...repo, largeFiles: {}, safetensors: undefined });
  const first = await readListed("acme/Tiny-Dense");
  expect(first.artifacts).toEqual([]);
  hub.store.put(repo);
  const record = await readListed("acme/Tiny-Dense", remember(first));
  expect(record).toMatchObject({ outcome: "model", artifacts: [{ kind: "safetensors" }] });
});

test("where a mirror has no paths-info, the ETag decides", async () => {
  const first = await readListed("acme/Tiny-Dense");
  const repo = hub.store.find("acme/Tiny-Dense")!.repo;
  hub.store.put({ ...repo, files: { ...repo.files, "README.md": "# New words" } });
  hub.fail("paths-info", { kind: "status", status: 405 });
  const record = await readListed("acme/Tiny-Dense", remember(first));
  expect(record.outcome).toBe("unchanged");
  expect(hub.requests.map(({ status }) => status)).toEqual([405, 304]);
});

test("a commit that changes the config is read again", async () => {
  const first = await readListed("acme/Tiny-Dense");
  const repo = hub.store.find("acme/Tiny-Dense")!.repo;
  const config = String(repo.files["config.json"]).replace("8192", "16384");
  hub.store.put({ ...repo, files: { ...repo.files, "config.json": config } });
  const record = await readListed("acme/Tiny-Dense", remember(first));
  expect(record).toMatchObject({ outcome: "model", facts: { contextLength: 16384 } });
});

test.each([null, "hf_stranger"])(
  "a gated model (token: %s) keeps what is listed",
  async (token) => {
    const record = await readListed("acme/Tiny-Gated", undefined, token);
    expect(hub.requests.map(({ status }) => status)).toEqual([token === null ? 401 : 403]);
    expect(record).toMatchObject({ outcome: "partial", state: "gated", files: {} });
    expect(record.issues.map(({ code }) => code)).toContain("GATED");
    expect(record.facts).toMatchObject({ downloads: 1500, likes: 15 });
  },
);

test("a gated model is tried again with a token, whose owner may have accepted its licence", async () => {
  const known = remember(await readListed("acme/Tiny-Gated", undefined, "hf_stranger"));
  expect((await readListed("acme/Tiny-Gated", known, "hf_stranger")).outcome).toBe("partial");
  expect(paths()).toHaveLength(1);
  expect((await readListed("acme/Tiny-Gated", known, "hf_reader")).outcome).toBe("model");
});

test("a gated model is not asked for again without a token while nothing changes", async () => {
  const known = remember(await readListed("acme/Tiny-Gated"));
  expect((await readListed("acme/Tiny-Gated", known)).outcome).toBe("unchanged");
  expect(paths()).toEqual([]);
});

test("a gated model is read with a token that was let in", async () => {
  const record = await readListed("acme/Tiny-Gated", undefined, "hf_reader");
  expect(record).toMatchObject({ outcome: "model", state: "gated", facts: { layers: 6 } });
});

test("a model that closes its gate keeps what was read before", async () => {
  const first = await readListed("acme/Tiny-Dense");
  const repo = hub.store.find("acme/Tiny-Dense")!.repo;
  hub.store.put({ ...repo, gated: "auto", files: { ...repo.files, "README.md": "# Closed" } });
  hub.fail("paths-info", { kind: "status", status: 401, headers: { "x-error-code": "GatedRepo" } });
  const record = await readListed("acme/Tiny-Dense", remember(first));
  const { revision, files } = first;
  expect(record).toMatchObject({ outcome: "unchanged", state: "gated", revision, files });
});

test("missing, private, disabled and renamed are told apart", async () => {
  const read = async (id: string, token: string | null = null) => {
    const { outcome, state, renamedTo } = await readListed(id, undefined, token);
    return { outcome, state, renamedTo };
  };
  const refused = { outcome: "refused", renamedTo: null };
  expect(await read("acme/Never-Was")).toEqual({ ...refused, state: "missing" });
  expect(await read("acme/Never-Was", "hf_reader")).toEqual({ ...refused, state: "missing" });
  expect(await read("../secret")).toEqual({ ...refused, state: "missing" });
  expect(await read("bolt/In-House")).toEqual({ ...refused, state: "missing" });
  expect(await read("bolt/In-House", "hf_reader")).toEqual({ ...refused, state: "private" });
  expect(await read("bolt/Taken-Down")).toEqual({ ...refused, state: "disabled" });
  const renamed = { state: "renamed", renamedTo: "bolt/Small-Chat" };
  expect(await read("bolt/Old-Chat")).toEqual({ ...refused, ...renamed });
});

test("a rename between listing and reading is noticed", async () => {
  const source = sourceAt(hub.url);
  const { items } = await listAll(source, contextWith());
  const item = items.find(({ externalId }) => externalId === "acme/Tiny-Latent")!;
  const { repo, sha } = hub.store.find("acme/Tiny-Latent")!;
  hub.store.remove(repo.id);
  hub.store.put({ ...repo, id: "acme/Tiny-Latent-v1", sha, formerIds: [repo.id] });
  const record = await source.read(item, contextWith());
  expect(record).toMatchObject({ state: "renamed", renamedTo: "acme/Tiny-Latent-v1" });
});

test("a revision that is gone by the time it is read is looked up anew", async () => {
  const source = sourceAt(hub.url);
  const { items } = await listAll(source, contextWith());
  const item = items.find(({ externalId }) => externalId === "acme/Tiny-Latent")!;
  const { repo } = hub.store.find("acme/Tiny-Latent")!;
  hub.store.remove(repo.id);
  const { sha } = hub.store.put({ ...repo, sha: "b".repeat(40) });
  expect(await source.read(item, contextWith())).toMatchObject({ outcome: "model", revision: sha });
});

test("an unknown architecture is a partial model with the reason", async () => {
  const record = await readListed("acme/Odd-Net");
  expect(record).toMatchObject({ outcome: "partial", facts: { modelType: "odd_net" } });
  expect(record.reason).toContain("OddNetForCausalLM");
});

test("a config that is not JSON is an error, not a model", async () => {
  const failing = readListed("acme/Broken-Config");
  await expect(failing).rejects.toMatchObject({ code: "UPSTREAM_INVALID", retryable: false });
});

test("a config without end is cut off", async () => {
  hub.fail("/resolve/", { kind: "huge", bytes: 1e9 });
  const failing = readListed("acme/Tiny-Dense");
  await expect(failing).rejects.toMatchObject({ code: "UPSTREAM_TOO_LARGE", retryable: false });
});

test("GGUF files become one artifact per complete set, with projectors set apart", async () => {
  const record = await readListed("acme/Tiny-Dense-GGUF");
  expect(record).toMatchObject({
    outcome: "artifacts",
    facts: { baseModel: "acme/Tiny-Dense-Instruct" },
  });
  const sets = record.artifacts.map(({ label, files, bytes }) => [label, files, bytes]);
  expect(sets.sort()).toEqual([
    ["F16", 1, 4_600_000],
    ["Q4_K_M", 1, 1_500_000],
    ["Q8_0", 2, 2_500_000],
    ["UD-Q2_K_XL", 1, 900_000],
  ]);
  expect(record.issues.map(({ code }) => code)).toEqual(["INCOMPLETE_ARTIFACT"]);
  expect(record.issues[0]?.message).toContain("tiny-dense-Q6_K of 2 files: only 1");
});
