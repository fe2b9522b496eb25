/** Every known trap in the shape of a config, each named after the model that shows it. */
import { describe, expect, it } from "vitest";
import { architecture, architectureOf, attentionOf, layersOf, mixerCounts, read } from "./read.ts";

describe("dimensions that the file leaves out or hides", () => {
  it("gemma-3-4b-it: heads, head size and vocabulary come from the class", () => {
    const { facts, origins } = read("google/gemma-3-4b-it");
    expect(facts).toMatchObject({ heads: 8, kvHeads: 4, headDim: 256, vocabSize: 262208 });
    expect(origins.heads).toEqual({
      file: "config.json",
      key: "num_attention_heads",
      basis: "class-default",
    });
    expect(origins.hiddenSize?.key).toBe("text_config.hidden_size");
  });

  it("llava-1.5-7b: dimensions are those of the Llama class", () => {
    const { facts } = read("llava-hf/llava-1.5-7b-hf");
    expect(facts).toMatchObject({ layers: 32, hiddenSize: 4096, heads: 32, vocabSize: 32064 });
    expect(facts.inputModalities).toEqual(["TEXT", "IMAGE"]);
  });

  it("Qwen2-Audio-7B: layers, width and heads come from the class", () => {
    const { facts } = read("Qwen/Qwen2-Audio-7B-Instruct");
    expect(facts).toMatchObject({ layers: 32, hiddenSize: 4096, heads: 32 });
    expect(facts.inputModalities).toEqual(["TEXT", "AUDIO"]);
  });

  it("Nemotron-3: the number of layers is the length of the block list", () => {
    const model = architecture("nvidia/Nemotron-3-Ultra");
    expect(layersOf(model)).toHaveLength(12);
    expect(mixerCounts(model)).toEqual({ mamba: 5, none: 6, attention: 1 });
    expect(model.ggufArchitecture).toBe("nemotron_h_moe");
  });

  it("Llama-3_3-Nemotron-Super-49B: pruned blocks have no attention and another width", () => {
    const [first, second] = architecture("nvidia/Llama-3_3-Nemotron-Super-49B-v1").layers;
    expect(first?.mixer).toMatchObject({ kind: "attention", heads: 64, kvHeads: 8 });
    expect(first?.feedForward).toMatchObject({ kind: "dense", width: 28672 });
    expect(second?.mixer.kind).toBe("none");
    expect(second?.feedForward).toMatchObject({ kind: "dense", width: 14336 });
  });

  it("falcon-7b: multi_query means one key head, whatever num_kv_heads says", () => {
    const { facts } = read("tiiuae/falcon-7b");
    expect(facts).toMatchObject({ heads: 71, kvHeads: 1, headDim: 64, attentionKind: "MQA" });
  });

  it("glm-4-9b: its own key names are understood", () => {
    const { facts } = read("THUDM/glm-4-9b-chat");
    expect(facts).toMatchObject({
      layers: 40,
      kvHeads: 2,
      headDim: 128,
      vocabSize: 151552,
      feedForwardSize: 13696,
      contextLength: 131072,
    });
  });

  it("Qwen-7B-Chat: the stated feed-forward width is twice the real one", () => {
    const { facts } = read("Qwen/Qwen-7B-Chat");
    expect(facts.feedForwardSize).toBe(11008);
    expect(facts.totalParameters).toBe(7_721_324_544);
  });

  it("dbrx: attention and experts are in nested objects", () => {
    const { facts } = read("databricks/dbrx-instruct");
    expect(facts).toMatchObject({
      kvHeads: 8,
      experts: 16,
      activeExperts: 4,
      contextLength: 32768,
    });
    expect(facts.totalParameters).toBe(131_596_523_520);
  });

  it("Hunyuan-A13B: expert numbers are lists with one entry per layer", () => {
    const { facts } = read("tencent/Hunyuan-A13B-Instruct");
    expect(facts).toMatchObject({ experts: 64, activeExperts: 8, sharedExperts: 1 });
    expect(facts.totalParameters).toBe(80_393_183_232);
  });

  it("LFM2: the stated width is adjusted before it is used", () => {
    const { facts } = read("LiquidAI/LFM2-1.2B");
    expect(facts.feedForwardSize).toBe(8192);
    expect(facts.totalParameters).toBe(1_170_340_608);
    expect(mixerCounts(architecture("LiquidAI/LFM2-1.2B"))).toEqual({
      shortConv: 10,
      attention: 6,
    });
  });

  it("Qwen3-32B vendored: a tie flag written as the text False is false", () => {
    const reading = read("Qwen/Qwen3-0.6B", { tie_word_embeddings: "False" });
    expect(architectureOf(reading).tiedEmbeddings).toBe(false);
  });
});

describe("layers that differ from each other", () => {
  it("Llama-4-Maverick: every second layer has experts, dense layers are wider", () => {
    const layers = layersOf(architecture("meta-llama/Llama-4-Maverick-17B-128E"));
    expect(layers[0]?.feedForward).toMatchObject({ kind: "dense", width: 16384 });
    expect(layers[1]?.feedForward).toMatchObject({ kind: "moe", expertWidth: 8192, experts: 128 });
    expect(attentionOf(layers[0]!).window).toEqual({ kind: "chunked", tokens: 8192 });
    expect(attentionOf(layers[3]!).window).toBeNull();
  });

  it("MiniMax-M3: lists say which layers have experts and an indexer", () => {
    const layers = layersOf(architecture("MiniMaxAI/MiniMax-M3"));
    expect(layers[2]?.feedForward).toMatchObject({ kind: "dense", width: 12288 });
    expect(attentionOf(layers[2]!).indexer).toBeNull();
    expect(layers[3]?.feedForward).toMatchObject({ kind: "moe", sharedWidth: 3072 });
    expect(attentionOf(layers[3]!).indexer).toMatchObject({ heads: 4, headDim: 128, topK: 2048 });
    expect(architecture("MiniMaxAI/MiniMax-M3").mtp?.count).toBe(1);
  });

  it("MiMo-V2-Flash: sliding and full layers have other key heads and widths", () => {
    const layers = layersOf(architecture("XiaomiMiMo/MiMo-V2-Flash"));
    const full = attentionOf(layers[0]!);
    const sliding = attentionOf(layers[1]!);
    expect(full).toMatchObject({ kvHeads: 4, keyDim: 192, valueDim: 128, window: null });
    expect(sliding).toMatchObject({ kvHeads: 8, keyDim: 192, valueDim: 128 });
    expect(sliding.window).toEqual({ kind: "sliding", tokens: 128 });
    expect([full.weights.sinks, sliding.weights.sinks]).toEqual([false, true]);
  });

  it("Gemma-4-26B-A4B: full layers have wide heads and one projection for keys and values", () => {
    const layers = layersOf(architecture("google/gemma-4-26B-A4B"));
    expect(attentionOf(layers[0]!)).toMatchObject({ kvHeads: 8, keyDim: 256 });
    const full = attentionOf(layers[5]!);
    expect(full).toMatchObject({ kvHeads: 2, keyDim: 512, window: null });
    expect(full.weights.keyIsValue).toBe(true);
    expect(layers[0]?.feedForward).toMatchObject({ kind: "moe", denseWidth: 2112 });
  });

  it("Gemma-4-E2B: the last layers share a cache and are twice as wide", () => {
    const layers = layersOf(architecture("google/gemma-4-E2B-it"));
    expect(attentionOf(layers[14]!).cache).toBe("own");
    expect(layers[14]?.feedForward).toMatchObject({ width: 6144 });
    expect(attentionOf(layers[15]!).cache).toBe("shared");
    expect(layers[15]?.feedForward).toMatchObject({ width: 12288 });
  });

  it("DeepSeek V4: compression ratios are per layer, the entry for the prediction layer is left", () => {
    const reading = read("deepseek-ai/DeepSeek-V4-Flash");
    const layers = layersOf(architectureOf(reading));
    expect(layers).toHaveLength(43);
    expect(
      layers.map(({ mixer }) => mixer.kind === "compressed" && mixer.ratio).slice(0, 4),
    ).toEqual([0, 0, 4, 128]);
    expect(layers[2]?.mixer).toMatchObject({ indexer: { headDim: 128 } });
    expect(layers[3]?.mixer).toMatchObject({ indexer: null });
    expect(reading.facts.attentionKind).toBe("COMPRESSED");
    expect(reading.issues).toEqual([]);
  });

  it("DeepSeek V3: 128 declared key heads are one latent of 512 + 64", () => {
    const { facts } = read("deepseek-ai/DeepSeek-V3");
    expect(facts.attentionKind).toBe("MLA");
    expect(facts.architecture?.layers[0]?.mixer).toMatchObject({
      kind: "latent",
      kvLoraRank: 512,
      ropeHeadDim: 64,
    });
    expect(facts.denseLayers).toBe(3);
  });

  it("GLM-5.2: the stated head_dim is not used, some layers reuse another's index", () => {
    const layers = layersOf(architecture("zai-org/GLM-5.2"));
    expect(layers[0]?.mixer).toMatchObject({ nopeHeadDim: 192, ropeHeadDim: 64 });
    expect(layers[0]?.mixer).toMatchObject({ indexer: { stored: true } });
    expect(layers[2]?.mixer).toMatchObject({ indexer: { stored: false } });
  });

  it("Kimi-K3: layer numbers count from one", () => {
    const model = architecture("moonshotai/Kimi-K3");
    expect(mixerCounts(model)).toEqual({ kimiDelta: 69, latent: 24 });
    expect(layersOf(model)[3]?.mixer.kind).toBe("latent");
    expect(layersOf(model)[1]?.feedForward).toMatchObject({ latentWidth: 3584, experts: 896 });
  });

  it("MiniMax-M1: one layer in eight attends, the others keep a state", () => {
    const model = architecture("MiniMaxAI/MiniMax-M1-80k");
    expect(mixerCounts(model)).toEqual({ lightning: 70, attention: 10 });
    expect(layersOf(model)[7]?.mixer.kind).toBe("attention");
  });

  it("Granite-4-H: mamba and linear_attention are the same, positions are off", () => {
    const reading = read("ibm-granite/granite-4.0-h-micro");
    const renamed = read("ibm-granite/granite-4.0-h-micro", {
      layer_types: Array.from({ length: 40 }, (_, i) =>
        i % 10 === 5 ? "full_attention" : "linear_attention",
      ),
    });
    expect(renamed.facts.architecture).toEqual(reading.facts.architecture);
    expect(reading.facts).toMatchObject({ attentionKind: "HYBRID_SSM", positionEmbedding: "none" });
    expect(reading.facts.totalParameters).toBe(3_191_396_096);
  });

  it("Step-3.5-Flash: 48 layer types for 45 layers carry three prediction layers", () => {
    const reading = read("stepfun-ai/Step-3.5-Flash");
    const layers = layersOf(architectureOf(reading));
    expect(layers).toHaveLength(45);
    expect(reading.issues).toEqual([]);
    expect(attentionOf(layers[0]!)).toMatchObject({ heads: 64, kvHeads: 8, window: null });
    expect(attentionOf(layers[1]!)).toMatchObject({ heads: 96, kvHeads: 8 });
  });

  it("Llama-3.2-11B-Vision: eight layers look at the image and keep no cache of the text", () => {
    const model = architecture("meta-llama/Llama-3.2-11B-Vision-Instruct");
    expect(mixerCounts(model)).toEqual({ attention: 32, none: 8 });
    expect(layersOf(model)[3]?.crossAttention).toMatchObject({ kvHeads: 8, sourceTokens: 6404 });
  });
});

describe("windows", () => {
  const windows = (name: Parameters<typeof architecture>[0]) =>
    layersOf(architecture(name)).map((layer) => attentionOf(layer).window?.tokens ?? null);

  it("Phi-3.5-mini: a window beyond the context is no window", () => {
    expect(new Set(windows("microsoft/Phi-3.5-mini-instruct"))).toEqual(new Set([null]));
  });

  it("Qwen2.5-7B: a window that is switched off is no window", () => {
    expect(new Set(windows("Qwen/Qwen2.5-7B-Instruct"))).toEqual(new Set([null]));
  });

  it("gemma-2-2b: layers alternate by the rule of the class", () => {
    expect(windows("google/gemma-2-2b").slice(0, 4)).toEqual([4096, null, 4096, null]);
  });

  it("EXAONE-4.0-32B: the pattern LLLG repeats", () => {
    expect(windows("LGAI-EXAONE/EXAONE-4.0-32B").slice(0, 5)).toEqual([
      4096,
      4096,
      4096,
      null,
      4096,
    ]);
  });

  it("gpt-oss-20b: layers alternate, starting with a window of 128", () => {
    expect(windows("openai/gpt-oss-20b").slice(0, 3)).toEqual([128, null, 128]);
  });

  it("Mistral-7B-v0.1: the window is kept, marked as one that llama.cpp ignores", () => {
    const [layer] = architecture("mistralai/Mistral-7B-v0.1").layers;
    expect(attentionOf(layer!).window).toEqual({
      kind: "sliding",
      tokens: 4096,
      llamaCpp: "ignored",
    });
  });
});
