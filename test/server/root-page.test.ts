/** The page at `/`, over a catalog: what it links to is there. */
import { expect, test } from "vitest";
import { useCatalogServer } from "./catalog.ts";

const server = useCatalogServer();
const open = (path: string, init?: RequestInit) => fetch(server.url + path, init);
const asBrowser = { headers: { accept: "text/html,application/xhtml+xml,*/*;q=0.8" } };

test("it links to everything, every link leads somewhere, and nothing comes from elsewhere", async () => {
  const response = await open("/", asBrowser);
  expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  const html = await response.text();
  expect(html).not.toMatch(/(?:src|href|action)="(?:https?:)?\/\//);
  const links = [...html.matchAll(/href="([^"]+)"/g)].map(([, path]) => path!);
  expect(links).toEqual(
    expect.arrayContaining([
      "/graphql",
      "/schema.graphql",
      "/catalog.json",
      "/catalog.ndjson",
      "/docs/api.md",
      "/livez",
      "/readyz",
    ]),
  );
  for (const path of links) {
    const answer = await open(path, asBrowser);
    expect(answer.status, path).toBe(200);
    await answer.arrayBuffer();
  }
});

test("each question that it offers is one that the catalog answers", async () => {
  const html = await (await open("/", asBrowser)).text();
  const questions = [...html.matchAll(/href="(\/graphql\?query=[^"]+)"/g)].map(([, path]) => path!);
  expect(questions).toHaveLength(5);
  for (const path of questions) {
    const answer = await (await open(path, { headers: { accept: "application/json" } })).json();
    expect(answer.errors, path).toBeUndefined();
    expect(Object.values(answer.data)[0], path).not.toBeNull();
  }
});
