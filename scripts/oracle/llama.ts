/**
 * llama.cpp as an oracle: its own build from the npm package `node-llama-cpp`, fetched into a folder
 * of its own for this script alone, told to load a header and to simulate a context. It logs what it
 * would allocate; nothing is allocated and no weights exist.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type GgufValue, ggufHeader } from "./gguf-writer.ts";

/** The release whose rules the estimator follows. */
export const ORACLE_PACKAGE = "node-llama-cpp@3.22.1";

interface Metadata {
  init(source: Buffer[]): Promise<void>;
  dispose(): Promise<void>;
}
interface Model {
  init(source: Metadata): Promise<boolean>;
  dispose(): Promise<void>;
}
interface Context {
  init(): Promise<boolean>;
  dispose(): Promise<void>;
  getMemoryBreakdown(): { cpuRam: number; gpuVram: number };
}
interface Binding {
  AddonGgufMetadata: new () => Metadata;
  AddonModel: new (path: string, params: Record<string, unknown>) => Model;
  AddonContext: new (model: Model, params: Record<string, unknown>) => Context;
  setLogger(logger: (level: number, message: string) => void): void;
  setLoggerLogLevel(level: number): void;
  loadBackends(folder?: string): void;
  init(): Promise<void>;
}

export interface OracleSettings {
  contextTokens: number;
  sequences: number;
  flashAttention: boolean;
  swaFull: boolean;
}

export interface OracleModel {
  metadata: Record<string, GgufValue>;
  /** A key per layer; layers with equal keys have the same tensors. */
  layerKeys: string[];
  /** Tensors to name from the start, because the loader does not ask for them. */
  optional: string[];
}

/** Installs the package into `folder` unless it is there, and loads its native part. */
export async function loadLlama(folder: string): Promise<Llama> {
  const bins = join(
    folder,
    "node_modules/@node-llama-cpp",
    `${process.platform}-${process.arch}`,
    "bins",
    `${process.platform}-${process.arch}`,
  );
  if (!existsSync(bins)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{"private":true}');
    const install = ["install", "--no-audit", "--no-fund", "--ignore-scripts", ORACLE_PACKAGE];
    execFileSync("npm", install, { cwd: folder, stdio: "inherit" });
  }
  const binding = createRequire(import.meta.url)(join(bins, "llama-addon.node")) as Binding;
  const lines: string[] = [];
  binding.setLogger((_level, message) => lines.push(message));
  binding.setLoggerLogLevel(100);
  binding.loadBackends();
  binding.loadBackends(bins);
  await binding.init();
  return new Llama(binding, lines);
}

/** Log lines arrive from another thread, a little after the call that caused them. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

export class Llama {
  readonly #binding: Binding;
  readonly #lines: string[];

  constructor(binding: Binding, lines: string[]) {
    this.#binding = binding;
    this.#lines = lines;
  }

  /**
   * Cache and state in bytes, from llama.cpp's own sums. The log rounds the compute buffer to
   * hundredths of a MiB, so the difference is known to `slack`.
   */
  async cacheBytes(
    model: OracleModel,
    settings: OracleSettings,
  ): Promise<{ bytes: number; slack: number }> {
    const { loaded, metadata } = await this.#load(model);
    try {
      const context = new this.#binding.AddonContext(loaded, {
        contextSize: settings.contextTokens,
        batchSize: 512,
        sequences: settings.sequences,
        flashAttention: settings.flashAttention,
        swaFullCache: settings.swaFull,
      });
      this.#lines.length = 0;
      const simulated = await context.init();
      await settled();
      if (!simulated) throw new Error(this.#lastWords("the context was refused"));
      const { cpuRam, gpuVram } = context.getMemoryBreakdown();
      const compute = this.#mebibytes(/compute buffer size\s*=\s*([\d.]+) MiB/);
      await context.dispose();
      return { bytes: cpuRam + gpuVram - compute * MIB, slack: 0.006 * MIB };
    } finally {
      await loaded.dispose();
      await metadata.dispose();
    }
  }

  /** Loads the header, adding the tensors it misses one after another until it loads. */
  async #load(model: OracleModel): Promise<{ loaded: Model; metadata: Metadata }> {
    const tensors = new Set<string>(model.optional);
    for (let attempt = 0; attempt < MOST_TENSORS; attempt++) {
      this.#lines.length = 0;
      const metadata = new this.#binding.AddonGgufMetadata();
      await metadata.init([ggufHeader(model.metadata, tensors)]);
      const loaded = new this.#binding.AddonModel("", LOAD);
      if (await loaded.init(metadata)) return { loaded, metadata };
      await loaded.dispose();
      await metadata.dispose();
      await settled();
      const missing = /missing tensor '([^']+)'/.exec(this.#lines.join(""))?.[1];
      if (missing === undefined) throw new Error(this.#lastWords("the model was refused"));
      for (const name of alike(missing, model.layerKeys)) tensors.add(name);
    }
    throw new Error("the model has more tensors than any known one");
  }

  #mebibytes(pattern: RegExp): number {
    let sum = 0;
    for (const line of this.#lines) sum += Number(pattern.exec(line)?.[1] ?? 0);
    return sum;
  }

  #lastWords(otherwise: string): string {
    const failure = this.#lines.find((line) => /error|invalid|not found|unknown/i.test(line));
    return failure?.trim() ?? otherwise;
  }
}

const MIB = 2 ** 20;
const MOST_TENSORS = 500;
const LOAD = { noAlloc: true, gpuLayers: 0, useMmap: false };

/** The same tensor in every layer that is like the one it is missing from. */
function alike(name: string, layerKeys: string[]): string[] {
  const found = /^blk\.(\d+)\.(.+)$/.exec(name);
  if (found === null) return [name];
  const key = layerKeys[Number(found[1])];
  const layers = [...layerKeys.keys()].filter((layer) => layerKeys[layer] === key);
  return layers.length === 0 ? [name] : layers.map((layer) => `blk.${layer}.${found[2]}`);
}
