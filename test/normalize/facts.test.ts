/** Facts beside the shape: names, licences, formats, modalities, purposes, and where each came from. */
import { describe, expect, it } from "vitest";
import {
  type HubFacts,
  normalizeConfig,
  normalizeListing,
} from "../../src/ingest/normalize/index.ts";
import { configOf } from "./configs.ts";
import { read } from "./read.ts";

const listing = (id: string, info: HubFacts = {}) => normalizeListing(id, info).facts;

describe("identity", () => {
  it.each([
    ["deepseek-ai/DeepSeek-V3", "DeepSeek V3", "DeepSeek", "deepseek-v3"],
    ["deepseek-ai/DeepSeek-V3.2-Exp", "DeepSeek V3.2 Exp", "DeepSeek", "deepseek-v3.2"],
    ["Qwen/Qwen3.5-27B", "Qwen3.5 27B", "Qwen", "qwen3.5"],
    ["google/gemma-4-26B-A4B", "Gemma 4 26B A4B", "Google", "gemma-4"],
    ["nvidia/DeepSeek-V3-0324-NVFP4", "DeepSeek V3 0324 NVFP4", "NVIDIA", "deepseek-v3"],
    ["meta-llama/Llama-3.1-8B", "Llama 3.1 8B", "Meta Llama", "llama-3.1"],
    ["THUDM/GLM-4.5-Air", "GLM-4.5 Air", "Z.ai", "glm-4.5"],
    ["zai-org/GLM-4.5-Air", "GLM-4.5 Air", "Z.ai", "glm-4.5"],
  ])("%s is called %s, by %s, of %s", (id, name, organization, family) => {
    const facts = listing(id);
    expect(facts).toMatchObject({ name, family });
    expect(facts.organization).toContain(organization.split(" ")[0]);
  });

  it.each([
    ["meta-llama/Llama-3.1-8B-Instruct", {}, "INSTRUCT"],
    ["allenai/OLMo-2-1124-7B-Base", {}, "BASE"],
    ["deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", {}, "DISTILLED"],
    ["Qwen/Qwen3-Next-80B-A3B-Thinking", {}, "REASONING"],
    ["nvidia/Qwen3-30B-A3B-NVFP4", {}, "QUANTIZED"],
    ["Qwen/Qwen3-Embedding-8B", {}, "EMBEDDING"],
    ["lab/Llama-3-Eagle3", {}, "DRAFT"],
    ["lab/some-chat", { tags: ["base_model:finetune:Qwen/Qwen3-8B"] }, "INSTRUCT"],
    ["lab/gguf-files", { tags: ["base_model:quantized:Qwen/Qwen3-8B"] }, "QUANTIZED"],
    ["lab/tuned", { tags: ["base_model:finetune:Qwen/Qwen3-8B"] }, "FINE_TUNE"],
  ])("%s with %j is %s", (id, info, variant) => {
    expect(listing(id, info).variant).toBe(variant);
  });

  it("takes the base model from the card before the tag, and never the model itself", () => {
    const tags = ["base_model:Qwen/Qwen3-8B-Base"];
    expect(listing("a/b", { tags }).baseModel).toBe("Qwen/Qwen3-8B-Base");
    expect(listing("a/b", { tags, cardData: { base_model: ["c/d"] } }).baseModel).toBe("c/d");
    expect(listing("c/d", { cardData: { base_model: "c/D" } }).baseModel).toBeUndefined();
  });
});

describe("licences", () => {
  it.each([
    [{ license: "apache-2.0" }, "Apache-2.0", true],
    [{ license: "cc-by-nc-4.0" }, "CC-BY-NC-4.0", false],
    [{ license: "llama3.1" }, "LicenseRef-llama3.1", undefined],
    [{ license: ["mit"] }, "MIT", true],
    [{ license: "other", license_name: "modified-mit" }, "LicenseRef-modified-mit", undefined],
    [{ license: "other", license_name: "Our Own v2" }, "LicenseRef-our-own-v2", undefined],
    [{ license: "other" }, "LicenseRef-other", undefined],
  ])("%j is %s", (cardData, license, commercialUse) => {
    const facts = listing("a/b", { cardData });
    expect(facts.license).toBe(license);
    expect(facts.commercialUse).toBe(commercialUse);
  });

  it("are unknown when nobody states one, and taken from the tag when the card is silent", () => {
    expect(listing("a/b").license).toBeUndefined();
    const { facts, origins } = normalizeListing("a/b", { tags: ["license:mit"] });
    expect(facts.license).toBe("MIT");
    expect(origins.license).toEqual({ file: "tags", key: "license", basis: "stated" });
  });

  it("keep a link only when it is one", () => {
    const card = (license_link: string) => ({ cardData: { license: "mit", license_link } });
    expect(listing("a/b", card("https://example.org/l")).licenseUrl).toBe("https://example.org/l");
    expect(listing("a/b", card("LICENSE")).licenseUrl).toBeUndefined();
  });
});

describe("the listing", () => {
  it("dates a model by its repository, but not by the day the records begin", () => {
    expect(listing("a/b", { createdAt: "2024-12-25T12:52:23.000Z" }).releasedOn).toBe("2024-12-25");
    expect(listing("a/b", { createdAt: "2022-03-02T23:29:04.000Z" }).releasedOn).toBeUndefined();
  });

  it("keeps language codes and leaves out words that are none", () => {
    const language = ["en", "zh", "multilingual", "code", "en"];
    expect(listing("a/b", { cardData: { language } }).languages).toEqual(["en", "zh"]);
  });

  it("finds purposes in the name, the tags and the pipeline", () => {
    const useCases = (id: string, info: HubFacts = {}) => listing(id, info).useCases ?? [];
    expect(useCases("Qwen/Qwen3-Coder-30B-A3B-Instruct")).toContain("CODE");
    expect(useCases("Qwen/QwQ-32B")).toContain("REASONING");
    expect(useCases("a/b", { pipelineTag: "image-text-to-text" })).toContain("VISION");
    expect(useCases("a/b", { pipelineTag: "feature-extraction" })).toContain("EMBEDDING");
    expect(useCases("a/plain")).toEqual([]);
  });
});

describe("storage formats", () => {
  const format = (quantization_config: unknown, more: Record<string, unknown> = {}) =>
    read("meta-llama/Llama-3.1-8B", { quantization_config, ...more }).facts.weightFormat;

  it.each([
    [{ quant_method: "fp8", weight_block_size: [128, 128] }, "fp8", 8.002],
    [{ quant_method: "fbgemm_fp8" }, "fp8", 8],
    [{ quant_method: "mxfp4" }, "mxfp4", 4.25],
    [{ quant_method: "modelopt", quant_algo: "NVFP4" }, "nvfp4", 4.5],
    [{ quant_method: "awq", bits: 4, group_size: 128 }, "awq", 4.156],
    [{ quant_method: "gptq", bits: 4, group_size: 32 }, "gptq", 4.625],
    [{ quant_method: "bitsandbytes", load_in_4bit: true }, "nf4", 4.5],
    [{ quant_method: "compressed-tensors", format: "float-quantized" }, "fp8", 8],
    [
      {
        quant_method: "compressed-tensors",
        config_groups: { group_0: { weights: { num_bits: 4, group_size: 32, type: "int" } } },
      },
      "int4",
      4.5,
    ],
    [{ bits: 4, group_size: 64 }, "mlx", 4.5],
    [{ quant_method: "unheard-of" }, "other", null],
  ])("%j is %s", (config, name, bits) => {
    const found = format(config);
    expect(found?.format).toBe(name);
    if (bits === null) expect(found?.bitsPerWeight).toBeNull();
    else expect(found?.bitsPerWeight).toBeCloseTo(bits, 2);
  });

  it("are the plain type where nothing is quantized", () => {
    expect(format(undefined)).toEqual({ format: "bf16", method: null, bitsPerWeight: 16 });
    expect(format(undefined, { torch_dtype: "torch.float16" })?.format).toBe("f16");
  });

  it("DeepSeek-V4: FP4 experts beside FP8 are named after the experts", () => {
    const { weightFormat } = read("deepseek-ai/DeepSeek-V4-Flash").facts;
    expect(weightFormat).toMatchObject({ format: "mxfp4", method: "fp8" });
  });

  it("Llama-3.1-70B-Instruct-FP8: the format may stand only in hf_quant_config.json", () => {
    const { facts, origins } = normalizeConfig({
      id: null,
      config: configOf("meta-llama/Llama-3.1-8B"),
      files: { hfQuantConfig: { quantization: { quant_algo: "FP8", kv_cache_quant_algo: "FP8" } } },
    });
    expect(facts.weightFormat?.format).toBe("fp8");
    expect(origins.weightFormat?.file).toBe("hf_quant_config.json");
  });
});

describe("recommended settings", () => {
  const sampling = (generationConfig: unknown) =>
    normalizeConfig({
      id: null,
      config: configOf("meta-llama/Llama-3.1-8B"),
      files: { generationConfig },
    });

  it("Qwen3: come from generation_config.json, and what it leaves out is null", () => {
    const { facts, origins } = sampling({
      do_sample: true,
      temperature: 0.6,
      top_k: 20,
      top_p: 0.95,
    });
    expect(facts.sampling).toEqual({
      temperature: 0.6,
      topP: 0.95,
      topK: 20,
      minP: null,
      repetitionPenalty: null,
    });
    expect(origins.sampling).toMatchObject({ file: "generation_config.json", key: "temperature" });
  });

  it.each([
    ["sampling is off", { do_sample: false, temperature: 0.6 }],
    ["only token numbers are stated", { bos_token_id: 1, eos_token_id: 2 }],
    ["no value can be meant", { temperature: -1, top_p: "0.9", top_k: 1.5, min_p: 1e300 }],
    ["it is no object", [0.6]],
    ["there is none", undefined],
  ])("are unknown where %s", (_, generationConfig) => {
    expect(sampling(generationConfig).facts.sampling ?? null).toBeNull();
  });
});

describe("descriptions of a layer", () => {
  it.each([
    ["meta-llama/Llama-3.1-8B", "SwiGLU", "RMSNorm", "RoPE with Llama 3 scaling"],
    ["deepseek-ai/DeepSeek-V3", "SwiGLU", "RMSNorm", "YaRN-extended RoPE"],
    ["google/gemma-2-2b", "GeGLU", "RMSNorm", "RoPE"],
    ["openai-community/gpt2", "GELU", "LayerNorm", "learned absolute"],
    ["nvidia/Nemotron-3-Ultra", "ReLU²", "RMSNorm", "none"],
  ])("%s: %s, %s, %s", (name, activation, normalization, positionEmbedding) => {
    expect(read(name).facts).toMatchObject({ activation, normalization, positionEmbedding });
  });

  it("say of every fact where it came from", () => {
    const { facts, origins } = read("deepseek-ai/DeepSeek-V3");
    for (const name of Object.keys(facts)) {
      expect(origins, name).toHaveProperty(name);
    }
    expect(origins.experts).toEqual({
      file: "config.json",
      key: "n_routed_experts",
      basis: "stated",
    });
  });

  it("list what was used and what was ignored, with a reason", () => {
    const { used, ignored } = read("meta-llama/Llama-3.1-8B", { rms_norm_eps: 1e-5, x_factor: 3 });
    expect(used.map(({ key }) => key)).toContain("num_key_value_heads");
    expect(ignored).toContainEqual({
      key: "rms_norm_eps",
      value: 1e-5,
      why: "a numerical constant",
    });
    expect(ignored.map(({ key }) => key)).toContain("x_factor");
  });
});
