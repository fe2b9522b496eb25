/**
 * Relay, unmodified: its compiler reads the committed SDL and the page of `test/fixtures/relay`, and its
 * runtime goes through a list page by page and fetches one model again by its global id.
 */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import {
  type ConcreteRequest,
  createOperationDescriptor,
  Environment,
  fetchQuery,
  getPaginationMetadata,
  getPaginationVariables,
  getRefetchMetadata,
  getSingularSelector,
  Network,
  type ReaderFragment,
  RecordSource,
  type SingularReaderSelector,
  Store,
  type Variables,
} from "relay-runtime";
import { afterAll, beforeAll, expect, it } from "vitest";
import { useCatalogServer } from "../server/catalog.ts";

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const server = useCatalogServer();
let folder: string;
let compiled: { list: ConcreteRequest; models: ReaderFragment; weight: ReaderFragment };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-relay-"));
  await mkdir(join(folder, "src"));
  await cp(root("test/fixtures/relay/page.js"), join(folder, "src/page.js"));
  await cp(root("schema.graphql"), join(folder, "schema.graphql"));
  const config = {
    src: "src",
    schema: "schema.graphql",
    language: "javascript",
    eagerEsModules: true,
    artifactDirectory: "made",
    // As the catalog's scalars travel.
    customScalarTypes: { BigInt: "number", Date: "string", DateTime: "string", JSON: "mixed" },
  };
  await mkdir(join(folder, "made"));
  await writeFile(join(folder, "relay.config.json"), JSON.stringify(config));
  const compiler = createRequire(import.meta.url).resolve("relay-compiler/cli.js");
  await promisify(execFile)(process.execPath, [compiler, "relay.config.json"], { cwd: folder });
  const made = async (name: string) =>
    (await import(pathToFileURL(join(folder, "made", `${name}.graphql.js`)).href)).default;
  compiled = {
    list: await made("pageListQuery"),
    models: await made("page_list"),
    weight: await made("page_weight"),
  };
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** An environment as Relay's manual makes it. */
function environment(): Environment {
  const network = Network.create(async ({ text }, variables) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: text, variables }),
    });
    return response.json();
  });
  return new Environment({ network, store: new Store(new RecordSource()) });
}

interface List {
  models: {
    edges: { node: { id: string; slug: string } }[];
    pageInfo: { hasNextPage: boolean; endCursor: string };
  };
}

/** What a component with this fragment is given. */
function read<Data>(from: Environment, fragment: ReaderFragment, reference: unknown): Data {
  const selector = getSingularSelector(fragment, reference as never) as SingularReaderSelector;
  return from.lookup(selector).data as unknown as Data;
}

async function ask(from: Environment, query: ConcreteRequest, variables: Variables) {
  from.retain(createOperationDescriptor(query, variables));
  return fetchQuery(from, query, variables).toPromise();
}

it("a pagination container loads page after page into one list", async () => {
  const relay = environment();
  const { list, models } = compiled;
  const variables = { quant: "Q4_K_M" };
  const reference = await ask(relay, list, variables);
  const { connectionPathInFragmentData, paginationRequest, paginationMetadata } =
    getPaginationMetadata(models, "the list");
  expect(connectionPathInFragmentData).toEqual(["models"]);

  const first = read<List>(relay, models, reference);
  expect(first.models.edges).toHaveLength(2);
  expect(first.models.pageInfo.hasNextPage).toBe(true);

  // As `loadNext(1)` does.
  const { endCursor } = first.models.pageInfo;
  const base = { ...variables, first: 2, after: null };
  const next = getPaginationVariables("forward", 1, endCursor, base, {}, paginationMetadata);
  await ask(relay, paginationRequest, next);
  const joined = read<List>(relay, models, reference);
  const slugs = joined.models.edges.map(({ node }) => node.slug);
  expect(slugs).toEqual(["deepseek-v3", "llama-3.1-8b-instruct", "qwen3-32b"]);
  expect(joined.models.pageInfo.hasNextPage).toBe(false);
});

it("a refetch container asks for its model again by `node`, with other settings", async () => {
  const relay = environment();
  const { list, models, weight } = compiled;
  const reference = await ask(relay, list, { quant: "Q4_K_M" });
  const model = read<List>(relay, models, reference).models.edges[0]!.node;
  interface Weight {
    vram: { total: { bytes: number } };
  }
  const light = read<Weight>(relay, weight, model);

  const { refetchableRequest, identifierInfo } = getRefetchMetadata(weight, "the weight");
  expect(identifierInfo?.identifierField).toBe("id");
  const refetch = { id: model.id, quant: "F16", ctx: 8192 };
  const { node } = (await ask(relay, refetchableRequest, refetch)) as { node: object };
  const heavy = read<Weight>(relay, weight, node);
  expect(heavy.vram.total.bytes).toBeGreaterThan(light.vram.total.bytes);
});
