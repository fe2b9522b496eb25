/** The commands for people at a terminal: read one source, try it first, and see how all stand. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { useTestDatabase } from "../helpers/database.ts";
import { type HubServer, reposFromFolder, startHubServer } from "../helpers/hub-server/index.ts";

const program = resolve(import.meta.dirname, "../../dist/main.js");
const database = useTestDatabase();
let hub: HubServer;

beforeAll(async () => {
  hub = await startHubServer({ repos: reposFromFolder("test/fixtures/hub") });
});
afterAll(() => hub.close());

interface Ended {
  code: number;
  out: string;
  errors: string;
}

/** Runs a command to its end; gives what it printed. */
const plimsoll = (...words: string[]): Promise<Ended> => start(words).ended;

function start(words: string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const env = { PATH: process.env.PATH, DATABASE_URL: database.url, HF_ENDPOINT: hub.url };
  const child = spawn(process.execPath, [program, ...words], { env });
  const printed = Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  const ended = printed.then(([out, errors, [code]]) => ({ code, out, errors }));
  return { child, ended };
}

const isOfChat = ({ path }: { path: string }) => path.includes("bolt/Small-Chat");

describe("plimsoll ingest", { timeout: 60_000 }, () => {
  it("with --dry-run prints what would change and keeps nothing", async () => {
    const first = await plimsoll("ingest", "hugging-face", "--org", "bolt", "--dry-run");
    expect(first).toMatchObject({ code: 0, errors: "" });
    expect(first.out).toContain("+ small-chat");
    const again = await plimsoll("ingest", "hugging-face", "--org", "bolt", "--dry-run");
    expect(again.out.split("\n")[0]).toBe(first.out.split("\n")[0]);
    const status = await plimsoll("status");
    expect(status.out).toContain("No source was ever read");
  });

  it("reads what it is asked for, at most as many as it is told, and reports as JSON", async () => {
    const { code, out } = await plimsoll(
      "ingest",
      "hugging-face",
      "--org",
      "acme",
      "--limit",
      "3",
      "--json",
    );
    expect(code).toBe(0);
    const report = JSON.parse(out);
    expect(report).toMatchObject({ status: "SUCCEEDED", sourceId: "hugging-face", failed: 0 });
    expect(report.listed + report.skipped).toBe(3);
  });

  it("prints the change of a fact with both values", async () => {
    await plimsoll("ingest", "hugging-face", "--org", "bolt");
    const { repo } = hub.store.find("bolt/Small-Chat")!;
    const config = String(repo.files["config.json"]).replace("8192", "16384");
    hub.store.put({ ...repo, files: { ...repo.files, "config.json": config } });
    const { out } = await plimsoll("ingest", "hugging-face", "--org", "bolt", "--dry-run");
    expect(out).toContain("contextLength: 8192 → 16384");
    expect(out).toMatch(/updated +1/);
  });

  it("reports a run that failed like any other, with the reason, and ends with 1", async () => {
    hub.fail("/api/models?", { kind: "body", body: "<html>" }, 2);
    const { code, out } = await plimsoll("ingest", "hugging-face", "--org", "bolt", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ status: "FAILED", listed: 0, stopped: false });
    expect(JSON.parse(out).error).toMatch(/\/api\/models/);
    const inWords = await plimsoll("ingest", "hugging-face", "--org", "bolt");
    expect(inWords).toMatchObject({ code: 1, errors: "" });
    expect(inWords.out).toMatch(/Hub: failed in .*last failure: .*\/api\/models/s);
    await plimsoll("ingest", "hugging-face", "--org", "bolt");
  });

  it.each([
    ["SIGINT", 130, []],
    ["SIGINT", 130, ["--dry-run"]],
    ["SIGTERM", 143, ["--json"]],
  ] as const)("ends tidily on %s, with %i: %j", async (signal, exitCode, words) => {
    const { repo } = hub.store.find("bolt/Small-Chat")!;
    hub.store.put({ ...repo, files: { ...repo.files, "README.md": words.join() } });
    hub.fail("/bolt/Small-Chat", { kind: "stall" }, 1);
    const before = hub.requests.length;
    const { child, ended } = start(["ingest", "hugging-face", "--org", "bolt", ...words]);
    await vi.waitUntil(() => hub.requests.slice(before).some(isOfChat), { timeout: 20_000 });
    child.kill(signal);
    const { code, out, errors } = await ended;
    expect({ code, errors }).toEqual({ code: exitCode, errors: "" });
    expect(out).toMatch(/Hub: stopped after|"stopped":true/);
    const { sources } = JSON.parse((await plimsoll("status", "--json")).out);
    expect(sources[0]).toMatchObject({ healthy: true, lastError: null });
  });

  it("names the sources that there are when it is asked for another", async () => {
    const { code, errors } = await plimsoll("ingest", "hugging-phase");
    expect(code).toBe(1);
    expect(errors).toContain('no source "hugging-phase"; there is editorial, overrides');
  });

  it("says what it needs to read one's own models, and what options it has no use for", async () => {
    expect(await plimsoll("ingest", "file")).toMatchObject({
      code: 1,
      errors: expect.stringContaining("Set FILE_MODELS"),
    });
    expect(await plimsoll("ingest", "snapshot", "--limit", "3")).toMatchObject({
      code: 1,
      errors: expect.stringContaining("--org and --limit are for hugging-face alone"),
    });
  });

  it("tells that nothing was listed of an organization that there is not", async () => {
    const { out } = await plimsoll("ingest", "hugging-face", "--org", "nobody", "--dry-run");
    expect(out).toMatch(/listed +0/);
  });

  it("refuses a limit that is no count", async () => {
    const { code, errors } = await plimsoll("ingest", "hugging-face", "--limit", "some");
    expect(code).toBe(1);
    expect(errors).toContain("--limit must be a whole number above 0");
  });
});

describe("plimsoll status", { timeout: 60_000 }, () => {
  it("shows each source with its last run and why entries were left out", async () => {
    await plimsoll("ingest", "hugging-face", "--org", "acme", "bolt");
    const { code, out } = await plimsoll("status");
    expect(code).toBe(0);
    const [head, row] = out.split("\n");
    expect(head).toMatch(/^SOURCE +HEALTH +LAST RUN/);
    expect(row).toMatch(/^hugging-face +ok +succeeded 0 min ago/);
    expect(out).toMatch(/hugging-face: 1 × NOT_A_LANGUAGE_MODEL, such as: acme\/Painter/);
  });

  it("gives the same as JSON", async () => {
    const { sources, webhooks } = JSON.parse((await plimsoll("status", "--json")).out);
    expect(sources[0]).toMatchObject({ id: "hugging-face", healthy: true });
    expect(sources[0].lastRun).toMatchObject({ status: "SUCCEEDED" });
    expect(webhooks).toEqual([]);
  });

  it("tells how far each webhook was told, in the table and as JSON", async () => {
    const sql = postgres(database.url, { max: 1 });
    await sql`insert into webhooks (id, position, last_error) values ('chat', 7, 'answered 500')`;
    await sql.end();
    expect((await plimsoll("status")).out).toMatch(/^chat +ok +never +7 +answered 500$/m);
    const { webhooks } = JSON.parse((await plimsoll("status", "--json")).out);
    expect(webhooks).toMatchObject([{ id: "chat", position: 7, lastError: "answered 500" }]);
  });
});

describe("plimsoll pause", { timeout: 60_000 }, () => {
  it("holds the workers until resume", async () => {
    expect((await plimsoll("pause")).out).toContain("Paused");
    expect((await plimsoll("resume")).out).toContain("go on");
  });
});
