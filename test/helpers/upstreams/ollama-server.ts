/**
 * A registry that speaks what Ollama's client uses: manifests by tag, served as plain text, and blobs by
 * digest behind a redirect. It cannot be listed.
 */
import { createHash } from "node:crypto";
import { json, redirect } from "../hub-server/replies.ts";
import { notFound, startUpstream, type Upstream } from "./server.ts";

export interface Build {
  /** Sizes by kind of layer: `model`, `projector`, `license` … */
  layers: [kind: string, size: number][];
  /** What the configuration blob says. */
  description: Record<string, unknown>;
}

export interface OllamaServer extends Upstream {
  /** Builds by `name:tag`. */
  builds: Record<string, Build>;
}

const digestOf = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;

export async function startOllamaServer(builds: Record<string, Build>): Promise<OllamaServer> {
  const upstream = await startUpstream(({ url }) => {
    const [, name, call, key] =
      url.pathname.match(/^\/v2\/library\/([^/]+)\/(manifests|blobs)\/(.+)$/) ?? [];
    if (call === "manifests") {
      const build = builds[`${name}:${key}`];
      if (build === undefined) {
        return notFound({ errors: [{ code: "MANIFEST_UNKNOWN", message: "manifest unknown" }] });
      }
      return json(manifestOf(build), { "content-type": "text/plain; charset=utf-8" });
    }
    if (call === "blobs") return redirect(307, `/store/${key}`);
    const blob = Object.values(builds)
      .map(({ description }) => JSON.stringify(description))
      .find((text) => url.pathname === `/store/${digestOf(text)}`);
    return blob === undefined ? notFound({}) : json(JSON.parse(blob));
  });
  return { ...upstream, builds };
}

function manifestOf({ layers, description }: Build) {
  const text = JSON.stringify(description);
  return {
    schemaVersion: 2,
    mediaType: "application/vnd.docker.distribution.manifest.v2+json",
    config: {
      mediaType: "application/vnd.docker.container.image.v1+json",
      digest: digestOf(text),
      size: text.length,
    },
    layers: layers.map(([kind, size]) => ({
      mediaType: `application/vnd.ollama.image.${kind}`,
      digest: digestOf(`${kind} ${size}`),
      size,
    })),
  };
}
