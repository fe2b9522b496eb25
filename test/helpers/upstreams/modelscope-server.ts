/** ModelScope's file calls over repositories in memory: a listing in its envelope, and single files. */
import { createHash } from "node:crypto";
import { json } from "../hub-server/replies.ts";
import { notFound, startUpstream, type Upstream } from "./server.ts";

export interface ModelScopeServer extends Upstream {
  /** Text by path, by repository. */
  repos: Record<string, Record<string, string>>;
}

const PATH = /^\/api\/v1\/models\/([^/]+\/[^/]+)\/repo(\/files)?$/;

export async function startModelScopeServer(
  repos: ModelScopeServer["repos"],
): Promise<ModelScopeServer> {
  const upstream = await startUpstream(({ url }) => {
    const [, id = "", listing] = url.pathname.match(PATH) ?? [];
    const files = repos[id];
    if (files === undefined || url.searchParams.get("Revision") !== "master") {
      return notFound({ Code: 10010205001, Message: "model not found", Success: false });
    }
    if (listing) {
      const folder = { Path: "assets", Name: "assets", Type: "tree", Size: 0 };
      const blobs = Object.entries(files).map(([path, text]) => ({
        Name: path,
        Path: path,
        Type: "blob",
        Size: text.length,
        Sha256: createHash("sha256").update(text).digest("hex"),
        Revision: createHash("sha1").update(text).digest("hex"),
      }));
      return json({ Code: 200, Data: { Files: [folder, ...blobs] }, Success: true });
    }
    const text = files[url.searchParams.get("FilePath") ?? ""];
    if (text === undefined) return notFound({ Code: 404, Success: false });
    return { status: 200, headers: {}, body: Buffer.from(text) };
  });
  return { ...upstream, repos };
}
