/**
 * A model page in the terminal: `npx tsx examples/client/model-page.ts [SLUG] [ENDPOINT]`. Every name
 * and type comes from the generated file, so a change of the API shows where it matters.
 */
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { ask } from "./catalog.ts";
import type { ModelPageQuery, ModelPageQueryVariables } from "./operations.ts";

const OPERATION = new URL("../operations/1-model-page.graphql", import.meta.url);

/** The page of a model as lines of text; null when the catalog does not have it. */
export async function modelPage(endpoint: string, slug: string): Promise<string[] | null> {
  const query = await readFile(OPERATION, "utf8");
  const { model } = await ask<ModelPageQuery, ModelPageQueryVariables>(endpoint, query, { slug });
  if (!model) return null;
  const headline = model.headline.map(({ label, value }) => `${label} ${value}`).join(" · ");
  const lines = [`${model.name} by ${model.organization.name}`, headline, ""];
  for (const { label, value, unit } of model.specification) {
    lines.push(`${label.padEnd(22)} ${value}${unit ? ` ${unit}` : ""}`);
  }
  lines.push("", "Memory");
  if (model.vramReason) lines.push(model.vramReason);
  for (const { quantization, cells } of model.vramTable ?? []) {
    const sizes = cells.map(({ total }) => total.formatted.padStart(10)).join(" ");
    lines.push(`${quantization.name.padEnd(22)} ${sizes}`);
  }
  lines.push("", "Hardware");
  for (const { count, device, headroom } of model.devices ?? []) {
    lines.push(`${count} × ${device.name} (${headroom.formatted} left)`);
  }
  return lines;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [slug = "deepseek-v3", endpoint = "http://localhost:4000/graphql"] = process.argv.slice(2);
  const page = await modelPage(endpoint, slug);
  console.log(page?.join("\n") ?? `The catalog has no model ${slug}.`);
}
