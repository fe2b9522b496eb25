/**
 * Reading the package that carries GraphiQL: one module of 9 MB of strings. It is imported in a
 * thread that ends afterwards, because an imported module is never unloaded: in this thread it would
 * cost 50 MB for ever and stop all requests while it is parsed and compressed.
 */
import { Worker } from "node:worker_threads";

const NAMES = ["js", "css", "editorWorkerService", "graphqlWorker", "jsonWorker"] as const;

/** The files, gzipped, by the names they have in the package. */
export type CompressedBundle = Record<(typeof NAMES)[number], Buffer>;

const READER = `
const { parentPort, workerData } = require("node:worker_threads");
const { gzipSync } = require("node:zlib");
import(workerData.module).then((bundle) => {
  const files = workerData.names.map((name) => [name, gzipSync(bundle[name])]);
  parentPort.postMessage(Object.fromEntries(files));
});
`;

export function compressedBundle(): Promise<CompressedBundle> {
  // The package does not list this module as an entry, so it is found beside its entry.
  const module = new URL("graphiql.js", import.meta.resolve("@graphql-yoga/render-graphiql")).href;
  const worker = new Worker(READER, { eval: true, workerData: { module, names: NAMES } });
  return new Promise((resolve, reject) => {
    worker.once("message", (files: Record<string, Uint8Array>) => {
      const buffers = Object.entries(files).map(([name, bytes]) => [name, Buffer.from(bytes)]);
      resolve(Object.fromEntries(buffers));
    });
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error("GraphiQL could not be read.")));
  });
}
