/**
 * Vision towers whose wrapper has a projector of its own: what their sections say and what their
 * classes add. `output` is the width of the text model.
 */
import type { Sizes } from "./sizes.ts";
import { base, LAYERS, patches, patchInputs, pixtral, siglip, twoLayers, WIDTH } from "./stacks.ts";
import { linear, merger, type Tower, towerParameters } from "./transformer.ts";

export type TowerReader = (vision: Sizes, top: Sizes, output: number) => number;

function qwenBlocks(vision: Sizes, output: number): Tower {
  const sizes = base(vision);
  const { width } = sizes;
  const one = merger(width, vision.number("out_hidden_size", output), 2 * width);
  const deep = vision.entries("deepstack_visual_indexes");
  const positions = vision.number("num_position_embeddings", 0) * width;
  return {
    ...sizes,
    stem: linear(patchInputs(vision, vision.number("temporal_patch_size", 2)), width) + positions,
    // Merged patches are normalised after joining in the deep mergers, before it in the last.
    tail: one + deep * (one + 6 * width),
  };
}

/** Patches are joined, then a gated pair of maps: the second reads half of what the first writes. */
function cohere(vision: Sizes, top: Sizes, output: number, hasNorm: boolean): number {
  const tower = siglip(vision);
  const joined = tower.width * top.number("downsample_factor", 2) ** 2;
  const middle = top.number("alignment_intermediate_size", output);
  const norm = hasNorm ? 2 * joined : 0;
  return towerParameters(tower) + norm + linear(joined, middle) + linear(middle / 2, output);
}

/** Towers of one wrapper, by its `model_type`; these kinds have projectors of their own. */
export const BY_WRAPPER: Readonly<Record<string, TowerReader>> = {
  qwen2_vl: (vision, _top, output) => {
    const width = vision.number("embed_dim", 1280);
    const feedForward = width * vision.number("mlp_ratio", 4);
    const stem = patchInputs(vision, 2) * width;
    const layers = vision.number(LAYERS, 32);
    const tail = merger(width, vision.number("hidden_size", output), 2 * width);
    return towerParameters({ width, layers, feedForward, stem, tail });
  },
  qwen2_5_vl: (vision, _top, output) => {
    const sizes = base(vision);
    const stem = patchInputs(vision, 2) * sizes.width;
    const tail = merger(sizes.width, vision.number("out_hidden_size", output), sizes.width);
    return towerParameters({ ...sizes, gated: true, norm: "rms", stem, tail });
  },
  qwen3_vl: (vision, _top, output) => towerParameters(qwenBlocks(vision, output)),
  gemma3: (vision, _top, output) => {
    const tower = siglip(vision);
    return towerParameters(tower) + tower.width * output + tower.width;
  },
  paligemma: (vision, _top, output) => {
    const tower = siglip(vision);
    return towerParameters(tower) + linear(tower.width, output);
  },
  gemma4: (vision, _top, output) => {
    const sizes = base(vision);
    const { width } = sizes;
    const positions = 2 * vision.number("position_embedding_size") * width;
    const heads = vision.number("num_attention_heads");
    // Query and key norms are as wide as one head.
    const headNorms = (2 * vision.number("head_dim", width / heads)) / width;
    const stem = patchInputs(vision) * width + positions;
    const standard = vision.flag("standardize", false) ? 2 * width : 0;
    return towerParameters({
      ...sizes,
      gated: true,
      norm: "rms",
      norms: 4,
      vectors: headNorms,
      attentionBias: "none",
      feedForwardBias: false,
      stem,
      tail: standard + width * output,
    });
  },
  internvl_chat: (vision, top, output) => {
    const sizes = base(vision);
    const { width } = sizes;
    const joined = Math.round(width / top.number("downsample_ratio", 0.5) ** 2);
    const vectors =
      2 + (vision.flag("qk_normalization", vision.flag("use_qk_norm", false)) ? 2 : 0);
    const stem = width + linear(patchInputs(vision), width) + (patches(vision) + 1) * width;
    const tail = 2 * joined + twoLayers(joined, output);
    const norm = vision.text("norm_type") === "rms_norm" ? "rms" : "layer";
    const biased = vision.flag("qkv_bias", vision.flag("attention_bias", true));
    const attentionBias = biased ? "all" : "output";
    return towerParameters({ ...sizes, norm, attentionBias, vectors, stem, tail });
  },
  glm4v: (vision, _top, output) => {
    const width = vision.number(WIDTH);
    const out = vision.number("out_hidden_size", output);
    const stem = linear(patchInputs(vision, 2), width) + patches(vision) * width + width;
    const merge = vision.number("spatial_merge_size", 2) ** 2;
    const projector = out * out + 2 * out + 3 * out * vision.number("intermediate_size");
    return towerParameters({
      width,
      layers: vision.number(LAYERS),
      feedForward: out,
      gated: true,
      norm: "rms",
      attentionBias: "none",
      feedForwardBias: false,
      stem,
      tail: width + linear(merge * width, out) + projector,
    });
  },
  mistral3: (vision, top, output) => {
    const tower = pixtral(vision);
    const { width } = tower;
    const bias = top.flag("multimodal_projector_bias", false);
    const merge = top.number("spatial_merge_size", 2) ** 2;
    const projector =
      width + merge * width * width + linear(width, output, bias) + linear(output, output, bias);
    return towerParameters(tower) + projector;
  },
  kimi_k25: (vision, _top, output) => {
    const width = vision.number("vt_hidden_size hidden_size");
    const positions =
      vision.number("init_pos_emb_height", 64) * vision.number("init_pos_emb_width", 64) * width;
    return towerParameters({
      width,
      layers: vision.number("vt_num_hidden_layers num_hidden_layers"),
      feedForward: vision.number("vt_intermediate_size intermediate_size"),
      stem: linear(patchInputs(vision), width) + positions,
      tail: 2 * width + merger(width, output, 2 * width),
    });
  },
  lfm2_vl: (vision, top, output) => {
    const tower = siglip(vision);
    const joined = tower.width * top.number("downsample_factor", 2) ** 2;
    const middle = top.number("projector_hidden_size", output);
    const norm = top.flag("projector_use_layernorm", true) ? 2 * joined : 0;
    return towerParameters(tower) + norm + linear(joined, middle) + linear(middle, output);
  },
  minicpmv: (vision, top, output) => {
    const tower = siglip(vision);
    const queries = top.number("query_num", 64) * output;
    const resampler = 4 * linear(output, output) + 6 * output + output * output;
    return towerParameters(tower) + queries + tower.width * output + resampler;
  },
  qwen: (vision, _top, output) => {
    const width = vision.number("width");
    const feedForward = Math.floor(width * vision.number("mlp_ratio"));
    const queries = 2 * 256 * output;
    const resampler = width * output + 4 * linear(output, output) + 4 * output;
    return towerParameters({
      width,
      layers: vision.number("layers"),
      feedForward,
      stem: patchInputs(vision) * width + patches(vision) * width + 2 * width,
      tail: queries + resampler + 2 * output + output * output,
    });
  },
  phi3_v: (vision, _top, output) => {
    // The file names a tower by its repository instead of its sizes: the large CLIP of 336 pixels.
    if (vision.text("model_name") !== "openai/clip-vit-large-patch14-336") return Number.NaN;
    const [width, feedForward, tokens] = [1024, 4096, 24 * 24 + 1];
    const stem = width + 3 * 14 ** 2 * width + tokens * width + 2 * width;
    const tail = 2 * width + linear(4 * width, output) + linear(output, output) + 5 * width;
    return towerParameters({ width, layers: 24, feedForward, stem, tail });
  },
  chatglm: (vision, top, output) => {
    const sizes = base(vision);
    const { width } = sizes;
    const stem =
      linear(patchInputs(vision), width) + width + vision.number("num_positions") * width;
    const gated = 3 * output * top.number("ffn_hidden_size");
    const tail = linear(4 * width, output) + output * output + 2 * output + gated;
    return towerParameters({ ...sizes, stem, tail });
  },
  mllama: (vision, _top, output) => {
    const sizes = base(vision);
    const { width } = sizes;
    const tokens = patches(vision) + 1;
    const tiles = vision.number("max_num_tiles", 4);
    const ratios = 9;
    const perTile = ratios * tiles * width;
    const stem = patchInputs(vision) * width + width + tokens * width + perTile * (tokens + 2) + 4;
    const globals = vision.number("num_global_layers", 8);
    const projector = linear(vision.number("vision_output_dim"), output);
    return towerParameters({
      ...sizes,
      layers: sizes.layers + globals,
      attentionBias: "none",
      stem,
      tail: 4 * width + 2 * globals + projector,
    });
  },
  llama4: (vision, _top, output) => {
    const sizes = base(vision);
    const { width, feedForward } = sizes;
    const middle = vision.number("projector_input_dim");
    const out = vision.number("vision_output_dim projector_output_dim");
    const adapter = feedForward * middle + middle * vision.number("projector_output_dim");
    const stem = patchInputs(vision) * width + width + (patches(vision) + 1) * width + 2 * width;
    return towerParameters({ ...sizes, stem, tail: 2 * width + adapter + out * output });
  },
  idefics2: (vision, top, output) => {
    const tower = siglip(vision);
    const middle = top.section("text_config")?.number("intermediate_size", 14336) ?? 14336;
    const perceiver = top.section("perceiver_config");
    const size = (key: string, otherwise: number) => perceiver?.number(key, otherwise) ?? otherwise;
    const head = size("resampler_head_dim", 96);
    const query = head * size("resampler_n_heads", 16);
    const key = head * size("num_key_value_heads", 4);
    const attention = 2 * output * query + 2 * output * key;
    const layer = attention + 3 * output * 4 * output + 3 * output;
    const resampler = size("resampler_depth", 3) * layer + output;
    const projection = 2 * tower.width * middle + middle * output;
    const latents = size("resampler_n_latents", 64) * output;
    return towerParameters(tower) + projection + resampler + latents;
  },
  aya_vision: (vision, top, output) => cohere(vision, top, output, true),
  cohere2_vision: (vision, top, output) => cohere(vision, top, output, false),
  deepseek_vl_v2: (vision, _top, output) => {
    // The file names the tower by its timm name; its attention pooling is stored but not used.
    if (vision.text("model_name") !== "siglip_so400m_patch14_384") return Number.NaN;
    const [width, feedForward, patch, tokens] = [1152, 4304, 14, 27 * 27];
    const stem = linear(3 * patch ** 2, width) + tokens * width;
    const pool = width + 4 * linear(width, width) + 2 * width;
    const poolFeedForward = linear(width, feedForward) + linear(feedForward, width);
    const projector = linear(4 * width, output) + linear(output, output) + 2 * output;
    const tail = 2 * width + pool + poolFeedForward + projector;
    return towerParameters({ width, layers: 27, feedForward, stem, tail });
  },
  idefics3: (vision, top, output) => {
    const tower = siglip(vision);
    return towerParameters(tower) + top.number("scale_factor", 2) ** 2 * tower.width * output;
  },
};
