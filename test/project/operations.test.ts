/** What the operations document and the files for containers promise, held against the code. */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { withVariables } from "../../scripts/variables-table.ts";
import { describeVariables } from "../../src/config.ts";

const root = resolve(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(resolve(root, path), "utf8");

interface Service {
  image: string;
  command?: string[];
  environment?: Record<string, string>;
  read_only?: boolean;
  cap_drop?: string[];
  healthcheck?: { test?: string[]; disable?: boolean };
  depends_on?: Record<string, { condition: string }>;
  volumes?: string[];
  ports?: string[];
  deploy?: { replicas: number };
}

describe("the table of variables", () => {
  it("is what the configuration reads (npm run variables)", () => {
    const document = read("docs/operations.md");
    expect(withVariables(document)).toBe(document);
  });
});

describe("docker-compose.yml", () => {
  const compose = parse(read("docker-compose.yml"), { merge: true });
  const services = compose.services as Record<string, Service>;
  const ours = Object.entries(services).filter(([, { image }]) => image === "plimsoll");

  it("runs a migration, two API processes and two workers of the same image", () => {
    const commands = ours.map(([, { command, deploy }]) => [command?.[0], deploy?.replicas ?? 1]);
    expect(commands).toEqual([
      ["migrate", 1],
      ["serve", 1],
      ["serve", 1],
      ["worker", 2],
    ]);
  });

  it("starts nothing of ours before the migration has ended well", () => {
    for (const [name, { depends_on }] of ours) {
      if (name === "migrate") continue;
      expect(depends_on?.migrate?.condition).toBe("service_completed_successfully");
    }
    expect(services.migrate?.depends_on?.postgres?.condition).toBe("service_healthy");
  });

  it("gives our containers no rights and nothing to write to", () => {
    for (const [, service] of ours) {
      expect(service).toMatchObject({ read_only: true, cap_drop: ["ALL"] });
      expect(service.volumes).toBeUndefined();
      expect(service.ports).toBeUndefined();
    }
    expect(read("Dockerfile")).toMatch(/^USER node$/m);
  });

  it("sets only variables that the configuration reads", () => {
    const known = describeVariables().map(({ name }) => name);
    const set = ours.flatMap(([, { environment }]) => Object.keys(environment ?? {}));
    expect(set.filter((name) => !known.includes(name))).toEqual([]);
  });

  it("checks the health of everything that stays, and keeps data in named volumes", () => {
    for (const [name, { healthcheck }] of Object.entries(services)) {
      expect(healthcheck?.disable === true).toBe(name === "migrate");
      if (name !== "migrate") expect(healthcheck?.test?.[0]).toMatch(/^CMD/);
    }
    expect(Object.keys(compose.volumes)).toEqual(["postgres", "redis"]);
  });

  it("publishes the proxy alone, which asks both API processes whether they are ready", () => {
    const published = Object.entries(services).filter(([, { ports }]) => ports);
    expect(published.map(([name]) => name)).toEqual(["proxy"]);
    const caddyfile = compose.configs.caddyfile.content;
    expect(caddyfile).toContain("reverse_proxy api-1:4000 api-2:4000");
    expect(caddyfile).toContain("health_uri /readyz");
  });
});

describe("the Dockerfile", () => {
  it("copies only what there is", () => {
    const copied = [...read("Dockerfile").matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(
      ([, names]) => names!.split(" "),
    );
    expect(copied.length).toBeGreaterThan(5);
    expect(copied.filter((name) => !existsSync(resolve(root, name)))).toEqual([]);
  });
});
