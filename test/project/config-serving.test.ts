/** The variables of serving, storage and traces. */
import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/config.ts";

describe("an installation of several processes", () => {
  it("names its replicas and its Redis cluster by lists", () => {
    const config = readConfig({
      DATABASE_REPLICA_URLS: "postgres://a/db, postgres://b/db",
      REDIS_URL: "rediss://one:7000,rediss://two:7001",
    });
    expect(config).toMatchObject({
      replicaUrls: ["postgres://a/db", "postgres://b/db"],
      redisUrl: "rediss://one:7000,rediss://two:7001",
    });
  });

  it("is refused by name where one address of a list is none", () => {
    const read = () => readConfig({ REDIS_URL: "redis://one,two:7000" });
    expect(read).toThrow(/REDIS_URL=redis:\/\/one,two:7000: must be a URL/);
  });
});

describe("the administrator's token", () => {
  it("is off unless set", () => {
    expect(readConfig({}).adminToken).toBeNull();
  });

  it("must be long, and a short one is not repeated", () => {
    const read = () => readConfig({ ADMIN_TOKEN: "hunter2" });
    expect(read).toThrow(/ADMIN_TOKEN=…: must have at least 16 characters/);
  });
});

describe("limits and counts", () => {
  it("are refused outside their bounds", () => {
    const read = () => readConfig({ RATE_LIMIT_REQUESTS: "-1", TRUST_PROXY: "many" });
    expect(read).toThrow(/RATE_LIMIT_REQUESTS=-1: must be 0 to.*TRUST_PROXY=many: must be a/s);
  });
});

describe("traces", () => {
  const enabled = (variables: Record<string, string>) => readConfig(variables).tracing.enabled;

  it("are off unless a collector is named", () => {
    expect(enabled({})).toBe(false);
    expect(enabled({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" })).toBe(true);
    expect(enabled({ OTEL_TRACES_EXPORTER: "otlp" })).toBe(true);
  });

  it("are off where the standard variables say so", () => {
    const OTEL_EXPORTER_OTLP_ENDPOINT = "http://collector:4318";
    expect(enabled({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SDK_DISABLED: "TRUE" })).toBe(false);
    expect(enabled({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_EXPORTER: "none" })).toBe(false);
  });
});
