/** GraphiQL in a real browser, as a visitor meets it: the page, its tabs, an answer, the live feed. */
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { readExamples } from "../../src/server/graphiql/examples.ts";
import { BROWSER_FLAGS, findBrowser } from "./browser.ts";
import { useCatalogServer } from "./catalog.ts";

const executablePath = findBrowser();
/** GraphiQL reads a document, and knows its operation, only a moment after it has been shown. */
const PAUSE_MS = 1_500;

describe.skipIf(executablePath === null)("GraphiQL in a browser", { timeout: 60_000 }, () => {
  const server = useCatalogServer();
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath!, args: BROWSER_FLAGS });
  });
  afterAll(() => browser?.close());

  interface Visit {
    page: Page;
    hosts: Set<string>;
    complaints: string[];
  }

  async function visit(colorScheme: "light" | "dark" = "light"): Promise<Visit> {
    const page = await browser.newPage({ colorScheme, viewport: { width: 1400, height: 900 } });
    onTestFinished(() => page.close());
    const hosts = new Set<string>();
    const complaints: string[] = [];
    page.on("request", (request) => {
      const { protocol, host } = new URL(request.url());
      if (protocol.startsWith("http")) hosts.add(host);
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    const schemaRead = page.waitForResponse((answer) => answer.request().method() === "POST");
    await page.goto(`${server.url}/graphql`);
    await page.getByRole("tab").first().waitFor();
    // The button does nothing before all three editors are there.
    for (const part of ["query-editor", "editor-tool", "response"]) {
      await page.locator(`.graphiql-${part} .monaco-editor .view-lines`).first().waitFor();
    }
    await schemaRead;
    await page.waitForTimeout(PAUSE_MS);
    return { page, hosts, complaints };
  }

  const run = (page: Page) => page.getByRole("button", { name: /^Execute query/ }).click();
  async function open(page: Page, name: string): Promise<void> {
    await page.getByRole("tab", { name }).getByRole("button").first().click();
    await page.getByRole("tab", { name, selected: true }).waitFor();
    await page.waitForTimeout(PAUSE_MS);
  }
  const answer = (page: Page) => page.locator(".graphiql-response");

  test("loads with no request to another host and no complaint", async () => {
    const { page, hosts, complaints } = await visit();
    expect([...hosts]).toEqual([new URL(server.url).host]);
    expect(complaints).toEqual([]);
    // The editor fills the window; the page beside it does not scroll.
    const { scrolls } = await page.evaluate(() => {
      document.scrollingElement!.scrollTo(0, 1e6);
      return {
        scrolls:
          document.scrollingElement!.scrollTop > 0 &&
          getComputedStyle(document.body).overflow !== "hidden",
      };
    });
    expect(scrolls).toBe(false);
  });

  test("has a tab for each example, named after its operation", async () => {
    const { page } = await visit();
    const names = (await readExamples()).map(
      ({ query }) => /^(?:query|subscription) (\w+)/m.exec(query)?.[1],
    );
    expect(await page.getByRole("tab").allInnerTexts()).toEqual(names);
  });

  test("opens and answers each example that is a query", async () => {
    const { page, complaints } = await visit();
    for (const { query } of await readExamples()) {
      const [, name] = /^query (\w+)/m.exec(query) ?? [];
      if (!name) continue;
      await open(page, name);
      const answered = page.waitForResponse((response) => {
        return response.request().postData()?.includes(`query ${name}`) ?? false;
      });
      await run(page);
      const { data, errors } = await (await answered).json();
      expect(errors, name).toBeUndefined();
      expect(Object.values(data), name).not.toContain(null);
      await answer(page).getByText('"data"').first().waitFor();
    }
    expect(complaints).toEqual([]);
  });

  test("explains the schema and each of its types in the panel beside", async () => {
    const { page } = await visit("dark");
    const background = () =>
      page.evaluate(() => getComputedStyle(document.querySelector(".graphiql-container")!).color);
    await page
      .getByRole("button", { name: /Documentation Explorer/ })
      .first()
      .click();
    const panel = page.locator(".graphiql-doc-explorer");
    await panel.getByText("The load line for open-weight language models").waitFor();
    await panel.getByRole("link", { name: "MemoryEstimate", exact: true }).click();
    await panel.getByText("Memory that a model takes on the accelerator, item by item.").waitFor();
    await panel.getByText(/^Keys and values of all tokens of the context/).waitFor();
    const dark = await background();
    await page.emulateMedia({ colorScheme: "light" });
    await page.reload();
    await page.getByRole("tab").first().waitFor();
    expect(await background()).not.toBe(dark);
  });

  test("shows an event of the live feed as it happens", async () => {
    const { page } = await visit("dark");
    await open(page, "LiveFeed");
    await run(page);
    await answer(page).getByText('"data"').first().waitFor();
    await server.addModel("example/Seen-While-Watching-7B");
    await answer(page).getByText("seen-while-watching-7b").first().waitFor();
  });
});
