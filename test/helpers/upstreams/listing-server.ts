/** An upstream that is one JSON document, with an ETag over its content: models.dev, OpenRouter. */
import { createHash } from "node:crypto";
import { conditional, notFound, startUpstream, type Upstream } from "./server.ts";

export interface ListingServer extends Upstream {
  /** What is served from now on. */
  document: unknown;
}

export async function startListingServer(path: string, document: unknown): Promise<ListingServer> {
  const served = { document };
  const upstream = await startUpstream((request) => {
    if (request.url.pathname !== path) return notFound({ error: "Not found" });
    const text = JSON.stringify(served.document);
    const etag = `W/"${createHash("sha1").update(text).digest("hex")}"`;
    return conditional(request, served.document, etag);
  });
  return Object.assign(served, upstream);
}
