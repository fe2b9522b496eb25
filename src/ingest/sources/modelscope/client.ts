/**
 * The few calls of ModelScope's protocol that we make: the files of a repository with their hashes, and
 * one file. Answers come in an envelope that repeats the status; the default branch is `master`.
 */
import * as z from "zod";
import { PlimsollError } from "../../../errors.ts";
import type { HttpAnswer } from "../../http/client.ts";
import { invalid } from "../../http/failures.ts";
import { parseJson } from "../../http/json.ts";
import type { SourceContext } from "../../source.ts";

const MiB = 1024 * 1024;
const BRANCH = "master";

const text = z.string().max(1000);
const envelope = z.object({
  Success: z.boolean().nullish(),
  Data: z
    .object({
      Files: z
        .array(
          z.object({
            Path: text,
            Type: text.nullish().catch(null),
            Sha256: text.nullish().catch(null),
            /** The last commit that touched the file. */
            Revision: text.nullish().catch(null),
          }),
        )
        .nullish(),
    })
    .nullish(),
});

export interface ModelScopeFile {
  path: string;
  /** SHA-256 of the content; null where the listing has none. */
  hash: string | null;
  commit: string | null;
}

export class ModelScopeClient {
  private readonly endpoint: string;
  private readonly context: SourceContext;

  constructor(endpoint: string, context: SourceContext) {
    this.endpoint = endpoint;
    this.context = context;
  }

  /** The files at the root of a repository; null when there is no such repository for us. */
  async files(id: string): Promise<ModelScopeFile[] | null> {
    const answer = await this.get(id, `/repo/files?Revision=${BRANCH}&Recursive=false`);
    if (answer.status === 404 || answer.status === 403 || answer.status === 401) return null;
    if (!answer.ok) throw invalid(answer.url, `answered ${answer.status}`);
    const { Success: success, Data: data } = parseJson(answer, envelope);
    if (success === false || !data?.Files) return null;
    const blobs = data.Files.filter(({ Type: type }) => type !== "tree");
    return blobs.map(({ Path: path, Sha256: hash, Revision: commit }) => {
      return { path, hash: hash || null, commit: commit || null };
    });
  }

  /** @throws PlimsollError `UPSTREAM_MISSING` when the file was listed and is not there. */
  async file(id: string, path: string): Promise<Uint8Array> {
    const query = `Revision=${BRANCH}&FilePath=${encodeURIComponent(path)}`;
    const answer = await this.get(id, `/repo?${query}`);
    if (answer.ok) return answer.body;
    if (answer.status !== 404) throw invalid(answer.url, `answered ${answer.status}`);
    throw new PlimsollError("UPSTREAM_MISSING", `${id} has no ${path} on ModelScope`);
  }

  private get(id: string, rest: string): Promise<HttpAnswer> {
    const { http, signal } = this.context;
    const url = `${this.endpoint}/api/v1/models/${id}${rest}`;
    return http.request(url, { signal, maxBytes: 8 * MiB, redirectHosts: [".modelscope.cn"] });
  }
}
