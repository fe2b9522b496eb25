/**
 * The few calls of the Hub's protocol that we make, over the bounded HTTP client. Every URL is built
 * on the configured endpoint, so a mirror works even when the links it hands out point elsewhere.
 * API calls and file reads count against different rate buckets.
 */
import * as z from "zod";
import type { HttpAnswer, HttpClient, RequestOptions } from "../../http/client.ts";
import { invalid } from "../../http/failures.ts";
import { parseJson } from "../../http/json.ts";
import { throwUnlessAnswered } from "./access.ts";
import { blobListing, EXPAND, type HubInfo, parseEntry, pathInfo } from "./protocol.ts";

const MiB = 1024 * 1024;
/** The largest known index of weight files has 60 MB; headers of single files end at 25. */
const MOST_HEADER_BYTES = 64 * MiB;
/** Where the Hub keeps files that are not in git; a token never follows a redirect there. */
const REDIRECT_HOSTS = ["huggingface.co", ".huggingface.co", ".hf.co"];

export interface HubOptions {
  /** Base URL without a trailing slash, such as the value of `HF_ENDPOINT`. */
  endpoint: string;
  token: string | null;
}

/** A page of entries as they came, and the query of the next page. */
export interface RawPage {
  entries: unknown[];
  nextQuery: string | null;
}

export interface HubFile {
  body: Uint8Array;
  /** Git or LFS hash, the same that `paths-info` calls `oid`. */
  hash: string | null;
  /** Commit that the revision resolved to. */
  commit: string | null;
  /** Id that the request ended at, when a redirect led to another repository. */
  movedTo: string | null;
}

export interface FileSize {
  path: string;
  bytes: number | null;
  /** Git or LFS hash of the content. */
  hash: string | null;
}

export class HubClient {
  private readonly http: HttpClient;
  private readonly options: HubOptions;
  private readonly signal: AbortSignal;

  constructor(http: HttpClient, options: HubOptions, signal: AbortSignal) {
    this.http = http;
    this.options = options;
    this.signal = signal;
  }

  /** One page of `/api/models`; `query` is a search string with its filters and cursor. */
  async list(query: string): Promise<RawPage> {
    const path = `/api/models?${query}`;
    const answer = await this.get(path, { bucket: "api", maxBytes: 48 * MiB });
    throwUnlessAnswered(answer, "models");
    const entries = parseJson(answer, z.array(z.unknown()));
    return { entries, nextQuery: nextQuery(answer.headers.get("link")) };
  }

  /** Looks one repository up by id, following renames: the answer's id is the present one. */
  async info(id: string): Promise<HubInfo> {
    const query = EXPAND.map((field) => `expand=${field}`).join("&");
    const answer = await this.get(`/api/models/${id}?${query}`, { bucket: "api" });
    throwUnlessAnswered(answer, id);
    const info = parseEntry(parseJson(answer, z.unknown()));
    if (info === null) throw invalid(answer.url, "answered without a usable model id");
    return info;
  }

  /** The bytes of a file; null when the content still has the hash `known`. */
  async file(
    id: string,
    revision: string,
    path: string,
    known: string | null = null,
  ): Promise<HubFile | null> {
    const answer = await this.get(`/${id}/resolve/${revision}/${path}`, {
      bucket: "resolvers",
      etag: known === null ? null : `"${known}"`,
    });
    if (answer.notModified) return null;
    throwUnlessAnswered(answer, id);
    const tag = answer.headers.get("x-linked-etag") ?? answer.headers.get("etag");
    return {
      body: answer.body,
      hash: tag?.replace(/^W\//, "").replaceAll('"', "") ?? null,
      commit: answer.headers.get("x-repo-commit"),
      movedTo: movedTo(answer.url.replace(this.options.endpoint, ""), id),
    };
  }

  /** Content hashes of the named files that are there; null when the endpoint has no such call. */
  async hashes(
    id: string,
    revision: string,
    paths: string[],
  ): Promise<Record<string, string> | null> {
    const answer = await this.get(`/api/models/${id}/paths-info/${revision}`, {
      method: "POST",
      json: { paths },
      bucket: "api",
    });
    const unknownCall = answer.status === 404 && !answer.headers.has("x-error-code");
    if (unknownCall || answer.status === 405) return null;
    throwUnlessAnswered(answer, id);
    const found = parseJson(answer, z.array(pathInfo));
    const pairs = found.flatMap(({ path, lfs, oid }) => {
      const hash = lfs?.oid ?? oid;
      return hash == null ? [] : [[path, hash]];
    });
    return Object.fromEntries(pairs);
  }

  /** Every file of a repository at a revision with its size. */
  async sizes(id: string, revision: string): Promise<FileSize[]> {
    const path = `/api/models/${id}/revision/${revision}?blobs=true`;
    const answer = await this.get(path, { bucket: "api", maxBytes: 16 * MiB });
    throwUnlessAnswered(answer, id);
    const { siblings } = parseJson(answer, blobListing);
    return siblings.map(({ rfilename: path, size, blobId, lfs }) => {
      return { path, bytes: size ?? null, hash: lfs?.sha256 ?? blobId ?? null };
    });
  }

  /** The bytes of a file from `first` to `last`; fewer at its end, none past it. */
  async part(id: string, revision: string, path: string, first: number, last: number) {
    const name = path.split("/").map(encodeURIComponent).join("/");
    const answer = await this.get(`/${id}/resolve/${revision}/${name}`, {
      bucket: "resolvers",
      headers: { range: `bytes=${first}-${last}` },
      maxBytes: last - first + 1,
    });
    const pastTheEnd = answer.status === 416;
    if (!pastTheEnd) throwUnlessAnswered(answer, id);
    return { body: pastTheEnd ? new Uint8Array() : answer.body, headers: answer.headers };
  }

  /**
   * `fetch` for a library that speaks the Hub's protocol itself: within our bounds and budget, with our
   * token, and never for a whole weight file.
   */
  async fetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    const { pathname, search } = new URL(input instanceof Request ? input.url : input);
    const base = new URL(this.options.endpoint).pathname.replace(/\/$/, "");
    const range = new Headers(init.headers).get("range");
    const answer = await this.get(pathname.slice(base.length) + search, {
      bucket: "resolvers",
      headers: range === null ? {} : { range },
      maxBytes: MOST_HEADER_BYTES,
    });
    const headers = new Headers(answer.headers);
    // The body is unpacked already.
    headers.delete("content-encoding");
    return new Response(new Uint8Array(answer.body), { status: answer.status, headers });
  }

  /** Page of a repository for people: on the Hub itself, whatever mirror was read. */
  page(id: string): string {
    return `https://huggingface.co/${id}`;
  }

  get endpoint(): string {
    return this.options.endpoint;
  }

  /** Without a token nobody can have let us in where a licence has to be accepted. */
  get isAnonymous(): boolean {
    return this.options.token === null;
  }

  private get(path: string, options: RequestOptions): Promise<HttpAnswer> {
    const { endpoint, token } = this.options;
    const { signal } = this;
    const redirectHosts = REDIRECT_HOSTS;
    return this.http.request(endpoint + path, { ...options, token, signal, redirectHosts });
  }
}

/** The search string of `rel="next"`; its host and path are the mirror's business, not ours. */
function nextQuery(link: string | null): string | null {
  const target = link?.match(/<([^>]+)>\s*;\s*rel="?next"?/)?.[1];
  if (target === undefined || !URL.canParse(target, "http://relative")) return null;
  return new URL(target, "http://relative").search.slice(1) || null;
}

/** The repository in a final address such as `/owner/name/resolve/…`, when it is not the asked one. */
function movedTo(address: string, id: string): string | null {
  const reached = address.match(
    /^(?:\/api\/resolve-cache\/models)?\/([^/]+\/[^/]+?)\/(?:resolve|[0-9a-f]{40})\//,
  )?.[1];
  return reached === undefined || reached === id ? null : reached;
}
