/** The house rules that a machine can hold: who may import whom, file heads, sizes, one env reader. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");

/** What each room of `src` may import beside itself; `OPEN_TO_ALL` the others too. */
const MAY_IMPORT: Record<string, string[]> = {
  estimator: [],
  db: ["estimator"],
  events: ["db"],
  ingest: ["db", "estimator"],
  schema: ["db", "events", "estimator"],
  server: ["schema", "events", "db"],
  app: ["config", "db", "events", "ingest", "schema", "server", "estimator"],
  main: ["app", "config"],
  config: [],
  errors: [],
  within: [],
  log: [],
  "project-files": [],
  trace: [],
};
const OPEN_TO_ALL = ["errors", "log", "project-files", "trace", "within"];
const LONGEST_FILE = 300;

const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => read(join("src", path)));

function read(path: string): { path: string; text: string } {
  return { path, text: readFileSync(join(root, path), "utf8") };
}

const roomOf = (path: string) => path.split("/")[1]!.replace(/\.ts$/, "");

/** Project files that a file imports, as paths from the root. */
function importsOf({ path, text }: { path: string; text: string }): string[] {
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(
    ([, to]) => to!,
  );
  return specifiers.map((to) => relative(root, resolve(root, dirname(path), to)));
}

describe("the rooms of src", () => {
  it("are all named in the table of imports", () => {
    const rooms = new Set(files.map(({ path }) => roomOf(path)));
    expect([...rooms].filter((room) => !(room in MAY_IMPORT))).toEqual([]);
  });

  it("import only what the table allows", () => {
    const broken = files.flatMap((file) => {
      const room = roomOf(file.path);
      const allowed = [room, ...MAY_IMPORT[room]!, ...(room === "estimator" ? [] : OPEN_TO_ALL)];
      return importsOf(file)
        .filter((to) => !to.startsWith("src/") || !allowed.includes(roomOf(to)))
        .map((to) => `${file.path} imports ${to}`);
    });
    expect(broken).toEqual([]);
  });

  it("read the environment in config.ts alone, and fill it in production.ts alone", () => {
    const readers = files.filter(({ text }) => text.includes("process.env"));
    const paths = readers.map(({ path }) => path);
    expect(paths.sort()).toEqual(["src/config.ts", "src/config/production.ts"]);
  });
});

describe("the bundle", () => {
  it("leaves out what is imported lazily and is CommonJS, whose names it would lose", async () => {
    const list = pathToFileURL(join(root, "scripts/left-out.mjs")).href;
    const { LEFT_OUT }: { LEFT_OUT: string[] } = await import(list);
    const lazily = files.flatMap(({ text }) =>
      [...text.matchAll(/import\("([^."][^"]*)"\)/g)].map(([, name]) => name!),
    );
    expect(lazily.length).toBeGreaterThan(3);
    const isLeftOut = (name: string) =>
      LEFT_OUT.some((out) => name === out || name.startsWith(`${out.replace(/\/?\*$/, "")}/`));
    const isModule = (name: string) => {
      const [, owner] = /^((?:@[^/]+\/)?[^/]+)/.exec(name)!;
      return JSON.parse(read(`node_modules/${owner}/package.json`).text).type === "module";
    };
    expect(lazily.filter((name) => !isLeftOut(name) && !isModule(name))).toEqual([]);
  });

  it("carries zod without its messages in fifty languages, which its default import names", () => {
    const importers = files.filter(({ text }) => text.includes('from "zod"'));
    expect(importers.length).toBeGreaterThan(10);
    const whole = importers.filter(({ text }) => !/import (type )?\* as z from "zod"/.test(text));
    expect(whole.map(({ path }) => path)).toEqual([]);
  });
});

describe("every source file", () => {
  it("says at its head what it is for", () => {
    const silent = files.filter(({ text }) => !/^(#!.*\n)?\/\*\*/.test(text));
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  it(`has at most ${LONGEST_FILE} lines`, () => {
    const long = files.filter(({ text }) => text.split("\n").length - 1 > LONGEST_FILE);
    expect(long.map(({ path }) => path)).toEqual([]);
  });
});

describe("what is committed", () => {
  it("names no file of the corpus beside the checkout in src or package.json", () => {
    const texts = [...files, read("package.json")];
    const broken = texts.filter(({ text }) => text.includes("../shared"));
    expect(broken.map(({ path }) => path)).toEqual([]);
  });

  it("pins every dependency to one version, also in the lock file, without addresses", () => {
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const wanted = Object.entries<string>({
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.optionalDependencies,
    });
    expect(wanted.filter(([, version]) => !/^\d+\.\d+\.\d+/.test(version))).toEqual([]);
    expect(readFileSync(join(root, "package-lock.json"), "utf8")).not.toContain('"resolved"');
  });
});
