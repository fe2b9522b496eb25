/** Reading the environment: defaults, and mistakes told all at once. */
import { describe, expect, it } from "vitest";
import { describeVariables, readConfig } from "../../src/config.ts";

describe("the configuration", () => {
  it("needs no variable at all", () => {
    expect(readConfig({})).toMatchObject({
      host: "127.0.0.1",
      port: 4000,
      databaseUrl: null,
      redisUrl: null,
      hub: { endpoint: "https://huggingface.co", organizations: null },
      logLevel: "warn",
    });
  });

  it("takes an empty variable for one that is not set", () => {
    expect(readConfig({ PORT: "", REDIS_URL: "" })).toMatchObject({ port: 4000, redisUrl: null });
  });

  it("reports every mistake at once, each with its variable and what it holds", () => {
    const read = () => readConfig({ PORT: "many", DATABASE_URL: "mysql://x", LOG_LEVEL: "loud" });
    expect(read).toThrow(/PORT=many.*DATABASE_URL=mysql:\/\/x.*LOG_LEVEL=loud/s);
  });

  it("never repeats a token", () => {
    const read = () => readConfig({ HF_TOKEN: "hf_secret", PORT: "many" });
    expect(read).toThrow(expect.not.objectContaining({ message: expect.stringContaining("hf_s") }));
  });

  it("reads a list of organizations and an endpoint with a stray slash", () => {
    const { hub } = readConfig({ HF_ORGANIZATIONS: "Qwen, google", HF_ENDPOINT: "http://hub/" });
    expect(hub).toMatchObject({ organizations: ["Qwen", "google"], endpoint: "http://hub" });
  });

  it("describes every variable it reads", () => {
    expect(describeVariables().every(({ meaning }) => meaning.length > 10)).toBe(true);
  });
});

describe("a schedule", () => {
  it("that no clock can follow is refused by name, before anything starts", () => {
    expect(() => readConfig({ HF_SCHEDULE: "99 99 * * *" })).toThrow(/HF_SCHEDULE=99 99/);
    expect(readConfig({ HF_SCHEDULE: "*/20 * * * * *" }).hub.schedule).toBe("*/20 * * * * *");
  });
});

describe("a mistake in an address", () => {
  it("is told without the password in it", () => {
    const read = () => readConfig({ DATABASE_URL: "postgre://user:s3cret@host/db" });
    expect(read).toThrow(/DATABASE_URL=…/);
    expect(read).not.toThrow(/s3cret/);
  });
});
