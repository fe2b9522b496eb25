/**
 * `/catalog.json` and `/catalog.ndjson`: the whole catalog for programs that want all of it. A client
 * that has the newest one is told so by its entity tag, and the file is sent as it lies on the disk.
 */
import { createReadStream } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { namesTag, takesGzip } from "../http/conditional.ts";
import type { Route } from "../http/router.ts";
import type { Exports } from "./exports.ts";
import type { ExportFile, ExportFormat } from "./file.ts";

const TYPES: Record<ExportFormat, string> = {
  json: "application/json; charset=utf-8",
  ndjson: "application/x-ndjson; charset=utf-8",
};

export const EXPORT_PATHS: Record<ExportFormat, string> = {
  json: "/catalog.json",
  ndjson: "/catalog.ndjson",
};

export function exportRoute(format: ExportFormat, exports: Exports, release: string): Route {
  return {
    path: EXPORT_PATHS[format],
    methods: ["GET"],
    async handle(req, res) {
      const file = await exports.get(format);
      const zipped = takesGzip(req.headers["accept-encoding"]);
      const etag = `"${release}-${file.state.stamp}${zipped ? "-gzip" : ""}"`;
      res.setHeader("etag", etag);
      res.setHeader("cache-control", "no-cache");
      res.setHeader("vary", "Accept-Encoding");
      res.setHeader("x-plimsoll-version", file.state.version);
      if (namesTag(req.headers["if-none-match"], etag)) {
        res.writeHead(304).end();
        return;
      }
      res.setHeader("content-type", TYPES[format]);
      await send(req, res, file, zipped);
    },
  };
}

async function send(
  req: IncomingMessage,
  res: ServerResponse,
  file: ExportFile,
  zipped: boolean,
): Promise<void> {
  if (zipped) {
    res.setHeader("content-encoding", "gzip");
    res.setHeader("content-length", file.size);
  }
  if (req.method === "HEAD") {
    res.end();
    return;
  }
  const bytes = createReadStream(file.path);
  try {
    await (zipped ? pipeline(bytes, res) : pipeline(bytes, createGunzip(), res));
  } catch (error) {
    // A client that leaves in the middle is no fault of ours.
    if (!res.destroyed) throw error;
  }
}
