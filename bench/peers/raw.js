/** No GraphQL at all: SQL for these very pages and `JSON.stringify` behind `node:http`. */
import { createServer } from "node:http";
import { budgetBytes, cursorOf, vram, vramTable } from "./catalog.js";
import { listPage, modelPage, searchPage, siblingsOnPage } from "./pages.js";
import { ready } from "./ready.js";

const QUANTS = ["Q4_K_M", "Q8_0", "F16"];

async function page({ slug, ctx }) {
  const found = await modelPage(slug);
  if (!found) return { model: null };
  const { memory_profile, family_slug, o_slug, o_name, f_slug, f_name, ...shown } = found;
  return {
    model: {
      ...shown,
      vramTable: memory_profile && vramTable(memory_profile, QUANTS, [1024, ctx]),
      siblings: await siblingsOnPage(found, 5),
    },
  };
}

async function listed({ licenses, memoryGib, ctx }) {
  const rows = await listPage(licenses, budgetBytes(memoryGib), 20);
  const edges = rows.slice(0, 20).map((row) => {
    const { memory_profile, license, ...shown } = row;
    const node = { ...shown, license: { id: license }, vram: vram(memory_profile, "Q4_K_M", ctx) };
    return { cursor: cursorOf(row), node };
  });
  const pageInfo = { hasNextPage: rows.length > 20, endCursor: edges.at(-1)?.cursor ?? null };
  return { models: { edges, pageInfo } };
}

const searched = async ({ text }) => ({ models: { nodes: await searchPage(text, 10) } });
const answers = {
  Page: page,
  List: listed,
  Search: searched,
  One: () => ({ __typename: "Query" }),
};

const server = createServer((req, res) => {
  const chunks = [];
  req.on("data", (chunk) => chunks.push(chunk));
  req.on("end", async () => {
    const { operationName, variables } = JSON.parse(Buffer.concat(chunks));
    const body = JSON.stringify({ data: await answers[operationName](variables) });
    res.writeHead(200, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    });
    res.end(body);
  });
});
server.listen(0, "127.0.0.1", () => ready(server));
