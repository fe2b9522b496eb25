/** Cases of allocations that llama.cpp reported, each with the metadata of a GGUF header. */
import { compile, evaluate, type MemoryProfile } from "../../src/estimator/index.ts";
import { normalizeGguf } from "../../src/ingest/normalize/gguf.ts";
import { type Case, score } from "./case.ts";

interface Model {
  model: string;
  gguf_architecture?: string;
  n_vocab?: number;
  gguf_metadata: Record<string, unknown>;
}

interface Allocation {
  id: string;
  model: string;
  ctx_requested: number;
  type_k?: string;
  type_v?: string;
  n_seq_max?: number;
  kv_unified?: boolean;
  n_ubatch?: number;
  swa_full?: boolean;
  flash_attn?: boolean;
  kv_and_state_bytes: number;
}

export function* allocationCases(document: unknown): Generator<Case> {
  const { models, cases } = document as { models: Model[]; cases: Allocation[] };
  const profiles = new Map<string, () => MemoryProfile>(
    models.map((model) => [model.model, once(() => compileModel(model))]),
  );
  for (const row of cases) {
    yield score(row.id, "kv_and_state", row.kv_and_state_bytes, () => {
      const profile = profiles.get(row.model);
      if (profile === undefined) throw new Error(`the file does not describe ${row.model}`);
      const estimate = evaluate(profile(), {
        quant: "F16",
        contextTokens: row.ctx_requested,
        sequences: row.n_seq_max ?? 1,
        cacheTypeK: row.type_k ?? "f16",
        cacheTypeV: row.type_v ?? "f16",
        kvUnified: row.kv_unified ?? false,
        ubatch: row.n_ubatch ?? 512,
        swaFull: row.swa_full ?? false,
        flashAttention: row.flash_attn ?? true,
      });
      return { got: estimate.kvCacheBytes + estimate.recurrentStateBytes };
    });
  }
}

function compileModel(model: Model): MemoryProfile {
  const named = { architecture: model.gguf_architecture, vocabSize: model.n_vocab };
  return compile(normalizeGguf(model.gguf_metadata, named));
}

/** Runs once and remembers the value or the exception. */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | { error: unknown } | null = null;
  return () => {
    if (made === null) {
      try {
        made = { value: make() };
      } catch (error) {
        made = { error };
      }
    }
    if ("error" in made) throw made.error;
    return made.value;
  };
}
