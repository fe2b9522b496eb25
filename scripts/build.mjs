/**
 * Bundles `src` into `dist`: what is ours with most libraries, in few files, because a start that
 * loads 1,400 modules one by one takes twice as long. Does nothing while `dist` is newer than all that
 * it is made of, so that `npm start` can ask for it every time. Plain JavaScript, as it runs first.
 *
 *   node scripts/build.mjs
 */
import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { LEFT_OUT } from "./left-out.mjs";

/** Bundled CommonJS modules call `require` for what is built into Node. */
const REQUIRE = `import { createRequire as makeRequire } from "node:module";
const require = makeRequire(import.meta.url);`;

const root = resolve(import.meta.dirname, "..");
const out = join(root, "dist");
/** Written last, so that a build that was broken off is not taken for a whole one. */
const stamp = join(out, ".built");

if (
  newestIn(["src", "scripts/build.mjs", "scripts/left-out.mjs", "package-lock.json"]) > builtAt()
) {
  const { build } = await import("esbuild");
  rmSync(out, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: { main: "src/main.ts", "estimator/index": "src/estimator/index.ts" },
    outdir: out,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    // Of libraries that come as both, the modules: names of CommonJS (graphql) cost a getter at each use.
    mainFields: ["module", "main"],
    target: "node20",
    sourcemap: true,
    external: LEFT_OUT,
    banner: { js: REQUIRE },
    logLevel: "warning",
  });
  writeFileSync(stamp, "");
}

/**
 * When the newest of these was changed. A folder counts too: it changes when a file in it goes.
 * @param {string[]} paths
 * @returns {number}
 */
function newestIn(paths) {
  const times = paths.map((path) => {
    const { mtimeMs } = statSync(join(root, path));
    if (!statSync(join(root, path)).isDirectory()) return mtimeMs;
    const inside = readdirSync(join(root, path)).map((name) => join(path, name));
    return Math.max(mtimeMs, newestIn(inside));
  });
  return Math.max(...times);
}

function builtAt() {
  return statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
