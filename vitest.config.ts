/**
 * Test runner settings. `graphql` is pinned to one copy because vitest would load its ES module for
 * tests and its CommonJS build for Pothos, and graphql-js refuses types from a second copy of itself.
 */
import { createRequire } from "node:module";
import { defineConfig } from "vitest/config";

const graphqlEntry = createRequire(import.meta.url).resolve("graphql");

export default defineConfig({
  resolve: { alias: [{ find: /^graphql$/, replacement: graphqlEntry }] },
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/helpers/global-setup.ts"],
    server: { deps: { inline: [/@pothos/, /graphql-yoga/] } },
    // No test says how long something takes, so a machine that is busy with other work may take longer.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 10_000 } },
    // One worker per core: most tests wait for a server, not for the processor.
    maxWorkers: 2,
  },
});
