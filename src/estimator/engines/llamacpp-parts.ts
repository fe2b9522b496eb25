/** Evaluates a profile by llama.cpp's rules: cells, streams, cache types, micro-batch. */
import { segmentCells, streamCells } from "../cache/segments.ts";
import { checkCacheTypes } from "../cache/types.ts";
import { computeInterval } from "../compute/index.ts";
import { EstimatorError } from "../errors.ts";
import type { EngineParts } from "../estimate.ts";
import { cacheFormat } from "../formats.ts";
import { type LlamaCppProfile, weightsFor } from "../profile.ts";
import type { EstimateSettings } from "../settings.ts";
import { LLAMA_CPP_ENGINE } from "./llamacpp.ts";

export function llamaCppParts(profile: LlamaCppProfile, settings: EstimateSettings): EngineParts {
  const { cache } = profile;
  const sequences = settings.sequences ?? 1;
  const unified = settings.kvUnified ?? false;
  const swaFull = settings.swaFull ?? false;
  const ubatch = settings.ubatch ?? 512;
  const flashAttention = settings.flashAttention ?? true;
  const typeK = settings.cacheTypeK ?? "f16";
  const typeV = settings.cacheTypeV ?? "f16";
  const formatK = cacheFormat("cacheTypeK", typeK);
  const formatV = cacheFormat("cacheTypeV", typeV);
  if (cache.segments.length > 0) checkCacheTypes(cache, typeK, typeV, flashAttention);

  const fullCells = streamCells(settings.contextTokens, sequences, unified);
  const shared = unified && !cache.alwaysSplit;
  const streams = shared ? 1 : sequences;
  let kvCacheBytes = sequences * cache.fixedBytesPerSequence;
  let windowCells = 0;
  for (const segment of cache.segments) {
    const cells = segmentCells(segment, fullCells, shared ? sequences : 1, ubatch, swaFull);
    const values = flashAttention ? segment.valueElements : segment.paddedValueElements;
    kvCacheBytes +=
      streams *
      cells *
      ((segment.keyElements / formatK.elements) * formatK.bytes +
        (values / formatV.elements) * formatV.bytes);
    if (segment.windowTokens !== null) windowCells = Math.max(windowCells, cells);
  }
  const weights = weightsFor(profile, settings);
  if (weights.container === "checkpoint") {
    throw new EstimatorError(
      "IMPOSSIBLE_SETTINGS",
      "quant",
      `llama.cpp does not load ${settings.quant} checkpoints; choose a GGUF quantization`,
    );
  }
  const onCpu = settings.device === "cpu";
  return {
    weightsBytes: onCpu ? weights.cpuBytes : weights.deviceBytes,
    hostBytes: onCpu ? 0 : weights.hostBytes,
    basis: weights.basis,
    kvCacheBytes,
    recurrentStateBytes: sequences * cache.stateBytesPerSequence,
    compute: computeInterval(profile.compute, {
      ubatch,
      outputRows: settings.outputRows ?? sequences,
      fullCells,
      windowCells,
      flashAttention,
      onCpu,
      bufferLimit: settings.bufferLimitBytes ?? Number.POSITIVE_INFINITY,
    }),
    engine: LLAMA_CPP_ENGINE,
  };
}
