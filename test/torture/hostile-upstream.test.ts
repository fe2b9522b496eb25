/**
 * An upstream that says hostile things: names, texts and reasons with every metacharacter, control
 * characters, right-to-left marks and a megabyte of text. They are told as data, and as nothing else.
 */
import { execFile, spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useTestDatabase } from "../helpers/database.ts";
import { type HubServer, reposFromFolder, startHubServer } from "../helpers/hub-server/index.ts";
import { NASTY } from "./attacks/values.ts";
import { dataOf } from "./fuzz/ask.ts";
import { type Served, serveDatabase } from "./served.ts";

const program = resolve(import.meta.dirname, "../../dist/main.js");
const database = useTestDatabase();
/** As text of an upstream: Postgres stores no NUL, and the Hub sends none. */
const TEXTS = Object.values(NASTY).filter((text) => !/[\0\ud800-\udfff]/.test(text) && text.trim());
const LONG = "x".repeat(1_000_000);
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be printed
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

let hub: HubServer;
let served: Served;
let printed: { stdout: string; stderr: string; status: number | null };

beforeAll(async () => {
  const [base] = reposFromFolder("test/fixtures/hub").filter(({ id }) => id === "acme/Tiny-Dense");
  const repos = TEXTS.map((text, index) => ({
    ...base!,
    id: `acme/Hostile-${index}`,
    tags: [text, `license:${text}`, `base_model:${text}`],
    files: {
      ...base!.files,
      "README.md": `---\nlicense: other\nlicense_name: ${JSON.stringify(text)}\n---\n# ${text}\n\n${text}\n${index === 0 ? LONG : ""}`,
      "config.json": String(base!.files["config.json"]).replace(
        "{",
        `{"hidden_act": ${JSON.stringify(text)},`,
      ),
    },
  }));
  const refused = TEXTS.map((text, index) => ({
    ...base!,
    id: `acme/Refused-${index}`,
    files: {
      "config.json": JSON.stringify({ architectures: [text], model_type: text, hidden_size: text }),
    },
  }));
  hub = await startHubServer({ repos: [...repos, ...refused] });
  const env = {
    PATH: process.env.PATH,
    DATABASE_URL: database.url,
    HF_ENDPOINT: hub.url,
    LOG_LEVEL: "debug",
  };
  const run = (...words: string[]) =>
    spawnSync(process.execPath, [program, ...words], { env, encoding: "utf8", maxBuffer: 1e8 });
  // Not spawnSync here: the Hub answers in this process.
  const ingest = await new Promise<{ stdout: string; stderr: string }>((done) => {
    execFile(
      process.execPath,
      [program, "ingest", "hugging-face", "--org", "acme"],
      { env, maxBuffer: 1e8 },
      (_error, stdout, stderr) => done({ stdout, stderr }),
    );
  });
  const status = run("status");
  printed = {
    stdout: ingest.stdout + status.stdout,
    stderr: ingest.stderr + status.stderr,
    status: status.status,
  };
  served = await serveDatabase(database.url);
}, 120_000);
afterAll(async () => {
  await served?.stop();
  await hub?.close();
});

describe("what a hostile upstream says", { timeout: 60_000 }, () => {
  it("is read, and told in answers as data", async () => {
    const { models } = await dataOf<{ models: { totalCount: number; nodes: object[] } }>(
      served.url,
      "{ models(first: 100) { totalCount nodes { slug name description tags activation license { id name url } baseModel } } }",
    );
    expect(models.totalCount).toBeGreaterThanOrEqual(TEXTS.length);
    expect(JSON.stringify(models).length).toBeLessThan(1_000_000);
    const slugs = models.nodes.map((model) => (model as { slug: string }).slug);
    expect(slugs.filter((slug) => !/^[a-z0-9][a-z0-9.-]*$/.test(slug))).toEqual([]);
  });

  it("writes no control character to a terminal", () => {
    expect(printed.status).toBe(0);
    expect(printed.stdout).toMatch(/acme\/(Refused|Hostile)-/);
    expect(CONTROL.exec(printed.stdout)?.[0]).toBeUndefined();
  });

  it("makes no second line in the log", () => {
    const lines = printed.stderr.split("\n").filter(Boolean);
    for (const line of lines) expect(() => JSON.parse(line), line).not.toThrow();
    expect(CONTROL.exec(printed.stderr)?.[0]).toBeUndefined();
  });

  it("is no HTML in a page or feed", async () => {
    for (const path of ["/", "/feed.atom"]) {
      const answer = await fetch(`${served.url}${path}`, { headers: { accept: "text/html" } });
      const text = await answer.text();
      expect(text).not.toMatch(/<script>alert|<img src=x/);
      expect(answer.headers.get("set-cookie")).toBeNull();
    }
  });
});
