/**
 * A model in the bulk export: its facts under the names that they have in the schema, its memory by
 * llama.cpp's rules at some contexts, and its published files. Figures that move by the hour or belong
 * to a service (downloads, likes, prices) are left out.
 */
import type { WholeModel } from "../db/whole-catalog.ts";
import { evaluate, type MemoryProfile, QUANTIZATION_NAMES } from "../estimator/index.ts";
import { opennessOf } from "./enums.ts";
import { architectureKind } from "./specification.ts";

/** Contexts in tokens that the export gives memory for. */
export const EXPORT_CONTEXTS = [4_096, 32_768, 131_072] as const;

export function exportRow(model: WholeModel) {
  const { license, licenseName: name, licenseUrl: url, commercialUse } = model;
  return {
    slug: model.slug,
    huggingFaceId: model.huggingFaceId,
    name: model.name,
    status: model.status,
    organization: model.organizationSlug,
    family: model.familySlug,
    variant: model.variant,
    baseModel: model.baseModel,
    description: model.description,
    releasedOn: model.releasedOn,
    license: license && {
      id: license,
      name,
      url,
      commercialUse,
      openness: opennessOf(license, commercialUse),
    },
    inputModalities: model.inputModalities,
    outputModalities: model.outputModalities,
    useCases: model.useCases,
    languages: model.languages,
    tags: model.tags,
    sampling: model.sampling,
    architectureKind: architectureKind(model),
    architectureClass: model.architectureClass,
    modelType: model.modelType,
    totalParameters: model.totalParameters,
    activeParameters: model.activeParameters,
    parameterCounts: model.componentParameters,
    contextLength: model.contextLength,
    extendedContextLength: model.extendedContextLength,
    ropeScaling: model.ropeScaling,
    attentionKind: model.attentionKind,
    attentionWindow: model.attentionWindow,
    layers: model.layers,
    hiddenSize: model.hiddenSize,
    feedForwardSize: model.feedForwardSize,
    heads: model.heads,
    kvHeads: model.kvHeads,
    headDim: model.headDim,
    vocabSize: model.vocabSize,
    experts: model.experts,
    activeExperts: model.activeExperts,
    sharedExperts: model.sharedExperts,
    denseLayers: model.denseLayers,
    tiedEmbeddings: model.tiedEmbeddings,
    activation: model.activation,
    normalization: model.normalization,
    positionEmbedding: model.positionEmbedding,
    weightFormat: model.weightFormat,
    memory: model.memoryProfile && memoryOf(model.memoryProfile),
    vramReason: model.vramReason,
    artifacts: model.artifacts.map(({ externalId, kind, label, files, bytes, parameters }) => ({
      repository: externalId,
      format: kind.toUpperCase(),
      label,
      files,
      bytes,
      bitsPerWeight: parameters ? (bytes * 8) / parameters : null,
    })),
    updatedAt: new Date(model.updatedAt).toISOString(),
  };
}

/** Bytes by quantization: of the weights, and in all at each context, without a margin. */
function memoryOf(profile: MemoryProfile) {
  const weightsBytes: Record<string, number> = {};
  const totalBytes: Record<string, number[]> = {};
  let engine = "";
  for (const quant of QUANTIZATION_NAMES) {
    const bills = EXPORT_CONTEXTS.map((contextTokens) =>
      evaluate(profile, { quant, contextTokens }),
    );
    weightsBytes[quant] = bills[0]!.weightsBytes;
    totalBytes[quant] = bills.map((bill) => bill.totalBytes);
    engine = bills[0]!.engine;
  }
  return { engine, contexts: EXPORT_CONTEXTS, weightsBytes, totalBytes };
}
