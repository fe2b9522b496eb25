/**
 * The files of GraphiQL, served from the installed package so that the page works without the
 * internet. They are large: nothing is loaded before the first visitor, only the compressed form is
 * kept, and a name holds the hash of its content, so a browser fetches it once per release.
 */
import { type Content, compressedContent, prepareContent } from "../http/content.ts";
import { compressedBundle } from "./bundle.ts";

export const ASSETS_PATH = "/graphiql/";
const JAVASCRIPT = {
  type: "text/javascript; charset=utf-8",
  cacheControl: "public, max-age=31536000, immutable",
};
const STYLE = { ...JAVASCRIPT, type: "text/css; charset=utf-8" };

export interface GraphiqlAssets {
  /** Paths of what the page loads by itself; the workers are named by the start script. */
  paths: Record<"script" | "style" | "start", string>;
  /** The files by the last part of their path. */
  files: Map<string, Content>;
}

let loaded: Promise<GraphiqlAssets> | undefined;

/** Loads the files at the first call (some 0.4 s, in a thread), then always answers the same. */
export function graphiqlAssets(): Promise<GraphiqlAssets> {
  loaded ??= load().catch((error) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function load(): Promise<GraphiqlAssets> {
  const bundle = await compressedBundle();
  const files = new Map<string, Content>();

  function add(name: string, extension: string, content: Content): string {
    const file = `${name}-${content.hash}.${extension}`;
    files.set(file, content);
    return ASSETS_PATH + file;
  }

  const workers = {
    editorWorkerService: add(
      "editor",
      "js",
      compressedContent(bundle.editorWorkerService, JAVASCRIPT),
    ),
    graphql: add("graphql", "js", compressedContent(bundle.graphqlWorker, JAVASCRIPT)),
    json: add("json", "js", compressedContent(bundle.jsonWorker, JAVASCRIPT)),
  };
  const paths = {
    script: add("graphiql", "js", compressedContent(bundle.js, JAVASCRIPT)),
    style: add("graphiql", "css", compressedContent(bundle.css, STYLE)),
    start: add("start", "js", await prepareContent(startScript(workers), JAVASCRIPT)),
  };
  return { paths, files };
}

/** A file rather than an inline script, so that the page's policy can forbid all inline scripts. */
function startScript(workers: Record<string, string>): string {
  return `"use strict";
const workers = ${JSON.stringify(workers)};
self.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (_module, label) => workers[label] ?? workers.editorWorkerService,
};
const options = JSON.parse(document.getElementById("options").textContent);
YogaGraphiQL.renderYogaGraphiQL(document.getElementById("root"), options);
`;
}
