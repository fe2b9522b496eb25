/** The two commands for people: one line of JSON per config, and a reading as a table. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configOf } from "./configs.ts";

const root = join(import.meta.dirname, "..", "..");
const folder = mkdtempSync(join(tmpdir(), "plimsoll-configs-"));

function run(script: string, argument: string, environment: NodeJS.ProcessEnv = {}): string {
  const command = join(root, "node_modules", "tsx", "dist", "cli.mjs");
  return execFileSync(process.execPath, [command, join(root, "scripts", script), argument], {
    encoding: "utf8",
    env: { ...process.env, ...environment },
  });
}

beforeAll(() => {
  const files = {
    "deepseek-ai__DeepSeek-V3": JSON.stringify(configOf("deepseek-ai/DeepSeek-V3")),
    lab__broken: '{"model_type": "llama", ',
    lab__unknown: '{"model_type": "future_mind", "hidden_size": 64}',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "config.json"), text);
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

describe("score:configs", () => {
  it("prints one line per config, whatever is in it", () => {
    const lines = run("score-configs.ts", folder)
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ id, outcome }) => [id, outcome])).toEqual([
      ["deepseek-ai/DeepSeek-V3", "model"],
      ["lab/broken", "refused"],
      ["lab/unknown", "partial"],
    ]);
    expect(lines[0]).toMatchObject({
      totalParameters: 671_026_404_352,
      layers: 61,
      attentionKind: "MLA",
      // 61 layers of 512 + 64 sixteen-bit values for each of 8,192 tokens.
      kvCache8192Bytes: 61 * 576 * 2 * 8192,
    });
    expect(Object.keys(lines[1]!)).toEqual(Object.keys(lines[0]!));
  });
});

describe("explain", () => {
  it("prints what each key became, or why it was ignored", () => {
    const text = run("explain.ts", join(folder, "deepseek-ai__DeepSeek-V3", "config.json"));
    expect(text).toMatch(/n_routed_experts\s+256\s+experts/);
    expect(text).toMatch(/Outcome: model/);
  });

  it("takes the folder of a config", () => {
    expect(run("explain.ts", join(folder, "lab__unknown"))).toMatch(/future_mind is not known/);
  });

  it.each([
    ["a folder without a config", "", /holds no config\.json/],
    ["a path that leads nowhere", "nowhere.json", /There is no file/],
  ])("says what is wrong with %s", (_what, path, message) => {
    expect(() => run("explain.ts", join(folder, path))).toThrow(message);
  });

  it("prints the facts of a bundled model and their origins where the Hub is out of reach", () => {
    const text = run("explain.ts", "qwen/qwen3-0.6b", { HF_ENDPOINT: "http://127.0.0.1:1" });
    expect(text).toContain("could not be reached");
    expect(text).toMatch(/kvHeads\s+8\s+stated: config\.json num_key_value_heads/);
  });
});
