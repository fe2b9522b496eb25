/**
 * The page at `/`: what this is and where everything is. Plain HTML, no script, readable in a light
 * and a dark room.
 */

import { createHash } from "node:crypto";
import { parse, print } from "graphql";
import { EXPORT_PATHS } from "../exports/route.ts";
import { GRAPHQL_PATH } from "../graphql/handler.ts";
import { type Content, prepareContent } from "../http/content.ts";
import { asHtml } from "./as-html.ts";
import { ATOM_PATH } from "./atom.ts";
import { DOCS_PATH, type DocumentCard } from "./docs.ts";

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2530; --quiet: #55616e; --paper: #fbfbf9; --line: #d5dade; --link: #0b5cad; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eaee; --quiet: #a3adb8; --paper: #14191f; --line: #333c46; --link: #7cb8ff; }
}
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.0625rem/1.6 system-ui, sans-serif; }
main { max-width: 44rem; margin: 0 auto; padding: 3rem 1.25rem; }
h1 { display: flex; align-items: center; gap: .6rem; font-size: 2rem; margin: 0 0 .5rem; }
h1 img { width: 2.25rem; height: 2.25rem; }
h2 { font-size: 1.125rem; margin: 2.25rem 0 .5rem; }
a { color: var(--link); }
ul { margin: 0; padding-left: 1.25rem; }
dt { font-weight: 600; margin-top: .75rem; }
dd { margin: 0; color: var(--quiet); }
pre { overflow-x: auto; padding: 1rem; border: 1px solid var(--line); border-radius: .5rem; font-size: .875rem; line-height: 1.5; }
`;

const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The mark on a hull that says how much it may carry. */
const FAVICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><title>Plimsoll</title><g fill="none" stroke="#2f81d8" stroke-width="3.5"><circle cx="16" cy="16" r="10"/><path d="M1 16h30"/></g></svg>
`;

export function faviconContent(): Promise<Content> {
  return prepareContent(FAVICON, { type: "image/svg+xml", cacheControl: "public, max-age=86400" });
}

/** What the catalog answers, each with a question that GraphiQL opens. */
const QUESTIONS = [
  [
    "What is this model, and what does it weigh?",
    '{ model(slug: "deepseek-v3") { name headline { label value } vram(quant: Q4_K_M, ctx: 65536) { total { formatted } tier } } }',
  ],
  [
    "What runs on the hardware I have?",
    "{ models(filter: { fits: { memoryGib: 24, quant: Q4_K_M, ctx: 32768 } }, orderBy: { field: MEMORY }) { totalCount nodes { name vram(quant: Q4_K_M, ctx: 32768) { total { formatted } } } } }",
  ],
  [
    "What hardware does this model need?",
    '{ model(slug: "qwen3-32b") { devices(quant: Q4_K_M, ctx: 32768) { count device { name } headroom { formatted } speed { decodeTokensPerSecond { low high } } } } }',
  ],
  [
    "What about my own model?",
    "{ estimateVram(input: { source: { architecture: { layers: 32, hiddenSize: 4096, heads: 32, kvHeads: 8, headDim: 128, feedForwardSize: 14336, vocabSize: 128256 } }, quant: Q4_K_M, ctx: 8192 }) { total { formatted } } }",
  ],
  ["What has changed?", "{ events(first: 20) { nodes { number at message } } }"],
] as const;

/** The page; `documents` are the files under `/docs/`. */
export function rootPage(documents: DocumentCard[]): Promise<Content> {
  const questions = QUESTIONS.map(
    ([question, query]) =>
      `<li><a href="${GRAPHQL_PATH}?query=${encodeURIComponent(print(parse(query)))}">${question}</a></li>`,
  );
  const docs = documents.map(
    ({ name, title, summary }) =>
      `<dt><a href="${DOCS_PATH}${name}">${asHtml(title)}</a></dt><dd>${asHtml(summary)}</dd>`,
  );
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Plimsoll</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="alternate" href="${ATOM_PATH}" type="application/atom+xml" title="New models">
<style>${STYLE}</style>
</head>
<body>
<main>
<h1><img src="/favicon.svg" alt="">Plimsoll</h1>
<p>The load line for open-weight language models: how much memory each one needs, at any
quantization and context, and what hardware carries it. An open catalog with a GraphQL API.</p>
<h2>What it answers</h2>
<ul>
${questions.join("\n")}
</ul>
<h2>Start here</h2>
<dl>
<dt><a href="/graphql">GraphiQL</a></dt>
<dd>Ask the catalog in the browser. Examples are in the tabs; every field is described.</dd>
<dt><a href="/schema.graphql">schema.graphql</a></dt>
<dd>The whole schema, for code generators and for reading.</dd>
<dt><a href="${ATOM_PATH}">${ATOM_PATH.slice(1)}</a></dt>
<dd>New models, for feed readers.</dd>
</dl>
<h2>All of it</h2>
<dl>
<dt><a href="${EXPORT_PATHS.json}">catalog.json</a></dt>
<dd>Every model with its facts, its memory by quantization and its published files, as one document.</dd>
<dt><a href="${EXPORT_PATHS.ndjson}">catalog.ndjson</a></dt>
<dd>The same with a model on each line, to be read as it arrives.</dd>
</dl>
<h2>From a terminal</h2>
<p>With <code>BASE</code> set to the address of this page:</p>
<pre tabindex="0"><code>curl -s $BASE/graphql -H 'content-type: application/json' \\
  -d '{"query":"{ models(first: 3) { nodes { name } } }"}'

curl -N -G $BASE/graphql -H 'accept: text/event-stream' \\
  --data-urlencode 'query=subscription {
    catalogUpdated(after: 0) { number message } }'</code></pre>
<h2>Documents, as text</h2>
<dl>
${docs.join("\n")}
</dl>
<h2>Health</h2>
<dl>
<dt><a href="/livez">/livez</a></dt><dd>The process runs.</dd>
<dt><a href="/readyz">/readyz</a></dt><dd>It can answer now; if not, why not.</dd>
</dl>
</main>
</body>
</html>
`;
  return prepareContent(html, {
    type: "text/html; charset=utf-8",
    headers: { "content-security-policy": POLICY, "cross-origin-opener-policy": "same-origin" },
  });
}
