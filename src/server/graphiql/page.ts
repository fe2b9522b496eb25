/**
 * The GraphiQL page: a few lines that load our own copies of its files and hand it the examples. Its
 * policy lets the browser load nothing from anywhere else.
 */
import { type Content, prepareContent } from "../http/content.ts";
import { graphiqlAssets } from "./assets.ts";
import { type Example, readExamples } from "./examples.ts";

/** The editor writes style elements and loads its icons and fonts as data; scripts are files only. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "worker-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/**
 * GraphiQL can hold a wrong offset for each tab but the last, and applies it as soon as the tab is
 * pressed: the tab leaves before the click arrives and nothing is selected.
 */
const TABS_STAY = ".graphiql-tab { transform: none !important }";

/** The editor fills the window; what it measures outside of it must not make the page scroll. */
const FILLS = "body { overflow: hidden }";

let page: Promise<Content> | undefined;

/** The page, made at the first call. `endpoint` is the path that operations are sent to. */
export function graphiqlPage(endpoint: string): Promise<Content> {
  page ??= render(endpoint).catch((error) => {
    page = undefined;
    throw error;
  });
  return page;
}

async function render(endpoint: string): Promise<Content> {
  const [{ paths }, examples] = await Promise.all([graphiqlAssets(), readExamples()]);
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Plimsoll · GraphiQL</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${paths.style}">
<style>${FILLS} ${TABS_STAY}</style>
</head>
<body class="no-focus-outline">
<noscript>GraphiQL needs JavaScript. The <a href="/schema.graphql">schema</a> can be read without it.</noscript>
<div id="root"></div>
<script type="application/json" id="options">${embed(options(endpoint, examples))}</script>
<script src="${paths.script}"></script>
<script src="${paths.start}"></script>
</body>
</html>
`;
  return prepareContent(html, {
    type: "text/html; charset=utf-8",
    headers: { "content-security-policy": POLICY, "cross-origin-opener-policy": "same-origin" },
  });
}

function options(endpoint: string, examples: Example[]) {
  return {
    endpoint,
    // Both are put in as HTML, at the top right.
    title: '<a href="/">Plimsoll</a>',
    logo: '<img src="/favicon.svg" alt="" width="28" height="28">',
    shouldPersistHeaders: false,
    subscriptionsProtocol: "SSE",
    credentials: "omit",
    inputValueDeprecation: true,
    schemaDescription: true,
    defaultTabs: examples.map(({ query }) => ({ query })),
  };
}

/** JSON that cannot end the script element it stands in. */
function embed(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}
