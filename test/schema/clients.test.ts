/** Real client libraries, as their manuals say to use them, against a running server. */
import {
  ApolloClient,
  gql as apolloGql,
  CombinedGraphQLErrors,
  HttpLink,
  InMemoryCache,
} from "@apollo/client";
import { relayStylePagination } from "@apollo/client/utilities";
import { Client, cacheExchange, fetchExchange, gql as urqlGql } from "@urql/core";
import { ClientError, GraphQLClient, gql } from "graphql-request";
import { expect, it } from "vitest";
import { ask } from "../../examples/client/catalog.ts";
import { liveFeed } from "../../examples/client/live-feed.ts";
import { modelPage } from "../../examples/client/model-page.ts";
import { useCatalogServer } from "../server/catalog.ts";

const server = useCatalogServer();
const endpoint = () => `${server.url}/graphql`;

const PAGE = `
  query Page($first: Int!, $after: String) {
    models(first: $first, after: $after, orderBy: { field: NAME, direction: ASC }) {
      edges { cursor node { __typename id slug } }
      pageInfo { hasNextPage endCursor }
    }
  }`;

interface Page {
  models: {
    edges: { cursor: string; node: { __typename: string; id: string; slug: string } }[];
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
}

const slugsOf = ({ models }: Page) => models.edges.map(({ node }) => node.slug);

it("Apollo Client joins pages of a connection and keeps each model once, under its global id", async () => {
  const typePolicies = { Query: { fields: { models: relayStylePagination(["orderBy"]) } } };
  const cache = new InMemoryCache({ typePolicies });
  const client = new ApolloClient({ cache, link: new HttpLink({ uri: endpoint() }) });
  const query = apolloGql(PAGE);
  const first = await client.query<Page>({ query, variables: { first: 2 } });
  const after = first.data?.models.pageInfo.endCursor;
  const variables = { first: 2, after };
  await client.query<Page>({ query, variables, fetchPolicy: "network-only" });
  const joined = cache.readQuery<Page>({ query, variables: { first: 2 } });
  client.stop();
  expect(slugsOf(joined!)).toEqual(["deepseek-v3", "llama-3.1-8b-instruct", "qwen3-32b"]);
  expect(Object.keys(cache.extract())).toContain("Model:Model:deepseek-v3");
});

it("Apollo Client shows the code of a refusal beside the data of the other fields", async () => {
  const link = new HttpLink({ uri: endpoint() });
  const client = new ApolloClient({ cache: new InMemoryCache(), link });
  const { data, error } = await client.query<{ model: { slug: string; vram: null } }>({
    query: apolloGql('{ model(slug: "deepseek-v3") { slug vram(quant: F16, ctx: 0) { basis } } }'),
    errorPolicy: "all",
  });
  client.stop();
  expect(data?.model).toMatchObject({ slug: "deepseek-v3", vram: null });
  expect(CombinedGraphQLErrors.is(error) && error.errors[0]?.extensions).toMatchObject({
    code: "BAD_USER_INPUT",
    argument: "ctx",
  });
});

it("urql asks, caches and follows the live feed over server-sent events", async () => {
  const client = new Client({
    url: endpoint(),
    exchanges: [cacheExchange, fetchExchange],
    preferGetMethod: false,
    fetchSubscriptions: true,
  });
  const page = await client.query<Page>(PAGE, { first: 1 }).toPromise();
  expect(page.error).toBeUndefined();
  expect(slugsOf(page.data!)).toEqual(["deepseek-v3"]);
  const again = await client.query<Page>(PAGE, { first: 1 }).toPromise();
  expect(again.operation.context.meta?.cacheOutcome).toBe("hit");

  const feed = urqlGql("subscription { catalogUpdated(after: 0) { number model { slug } } }");
  const seen: number[] = [];
  await new Promise<void>((done, fail) => {
    // It is left open until the server closes: urql lets the error of its own abort escape.
    client.subscription(feed, {}).subscribe(({ data, error }) => {
      if (error) fail(error);
      if (data) seen.push(data.catalogUpdated.number);
      if (seen.length === 3) server.addModel("somebody/added-later").catch(fail);
      if (seen.length === 4) done();
    });
  });
  expect(seen).toEqual([1, 2, 3, 4]);
});

it("urql asks by GET, which answers may be kept for", async () => {
  const client = new Client({
    url: endpoint(),
    exchanges: [fetchExchange],
    preferGetMethod: "force",
  });
  const { data, error } = await client
    .query('{ model(slug: "qwen3-32b") { vram(quant: Q4_K_M, ctx: 8192) { total { gib } } } }', {})
    .toPromise();
  expect(error).toBeUndefined();
  expect(data.model.vram.total.gib).toBeGreaterThan(0);
});

it("graphql-request answers, and throws what was refused with its code", async () => {
  const client = new GraphQLClient(endpoint());
  const document = gql`query ($input: EstimateVramInput!) {
    estimateVram(input: $input) { total { bytes } warnings }
  }`;
  const source = { model: "deepseek-v3" };
  const { estimateVram } = await client.request<{ estimateVram: { total: { bytes: number } } }>(
    document,
    { input: { source, quant: "Q4_K_M", ctx: 4096 } },
  );
  expect(Number.isSafeInteger(estimateVram.total.bytes)).toBe(true);
  const refused = client.request(document, { input: { source, quant: "Q4_K_M", ctx: 0 } });
  const error: ClientError = await refused.then(
    () => expect.fail("it was not refused"),
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(ClientError);
  expect(error.response.errors?.[0]?.extensions).toMatchObject({
    code: "BAD_USER_INPUT",
    argument: "ctx",
  });
});

it("the example client prints a model page and the live feed", async () => {
  const page = (await modelPage(endpoint(), "deepseek-v3")) ?? [];
  expect(page[0]).toMatch(/^DeepSeek-V3 by /);
  expect(page.find((line) => line.startsWith("Q4_K_M"))).toMatch(/(\d iB|[\d.]+ [MG]iB)/);
  expect(await modelPage(endpoint(), "no-such-model")).toBeNull();
  await expect(ask(endpoint(), "{ models(first: -1) { totalCount } }")).rejects.toMatchObject({
    name: "CatalogError",
    code: "BAD_USER_INPUT",
  });
  const leave = new AbortController();
  const seen: string[] = [];
  for await (const line of liveFeed(endpoint(), leave.signal)) {
    if (seen.push(line) === 3) break;
  }
  leave.abort();
  expect(seen[0]).toMatch(/^#1 \S+Z DeepSeek-V3 was added\.$/);
});
