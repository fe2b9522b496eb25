/** Vision towers with a projector of their own that keeps or thins out the patches. */
import type { Sizes } from "./sizes.ts";
import { base, patches, patchInputs, siglip, twoLayers } from "./stacks.ts";
import { linear, type Tower, towerParameters } from "./transformer.ts";
import type { TowerReader } from "./wrappers.ts";

const layerNorm = (width: number) => 2 * width;
const conv3 = (from: number, to: number, bias: boolean) => linear(9 * from, to, bias);

/** SigLIP's pooled vector: one query, one attention, one feed-forward. It is stored even where unused. */
export function attentionPool({ width, feedForward }: Tower): number {
  const attention = 4 * linear(width, width) + layerNorm(width);
  return width + attention + linear(width, feedForward) + linear(feedForward, width);
}

/** The tower of Segment Anything: positions relative in rows and columns, and a neck of convolutions. */
function segment(vision: Sizes): number {
  const width = vision.number("hidden_size", 768);
  const layers = vision.number("num_hidden_layers", 12);
  const head = width / vision.number("num_attention_heads", 12);
  const grid = Math.floor(vision.number("image_size", 1024) / vision.number("patch_size", 16));
  const globals = vision.entries("global_attn_indexes");
  const rows = (side: number) => 2 * (2 * side - 1) * head;
  const out = vision.number("output_channels", 256);
  const relative =
    globals * rows(grid) + (layers - globals) * rows(vision.number("window_size", 14));
  const stem = linear(patchInputs(vision, 1, 16), width) + grid ** 2 * width;
  const neck = width * out + conv3(out, out, false) + 2 * layerNorm(out);
  const feedForward = vision.number("mlp_dim", 4 * width);
  return towerParameters({ width, layers, feedForward, stem, tail: relative + neck });
}

export const PROJECTED: Readonly<Record<string, TowerReader>> = {
  gemma3n: (vision, _top, output) => {
    // A convolutional encoder of one size, which the section only names; both published files agree.
    const encoder = 294_126_912;
    const width = vision.number("hidden_size", 2048);
    return encoder + vision.number("vocab_size", 128) * width + 2 * width + width * output;
  },
  got_ocr2: (vision, _top, output) => {
    const out = vision.number("output_channels", 256);
    const upsampled = conv3(out, 2 * out, false) + conv3(2 * out, 4 * out, false);
    return segment(vision) + upsampled + linear(4 * out, output);
  },
  deepseek_vl: (vision, _top, output) => {
    const tower = siglip(vision);
    const pool = vision.flag("vision_use_head", true) ? attentionPool(tower) : 0;
    return towerParameters(tower) + pool + twoLayers(tower.width, output);
  },
  video_llama_3: (vision, _top, output) => {
    const sizes = base(vision);
    const stem = linear(patchInputs(vision, 1, 16), sizes.width);
    const tail = layerNorm(sizes.width) + twoLayers(sizes.width, output);
    return towerParameters({ ...sizes, stem, tail });
  },
  phi4_multimodal: (vision, _top, output) => {
    const tower = siglip(vision);
    // Learned vectors end each row and separate the pictures.
    const separators = 2 * tower.width;
    return (
      towerParameters(tower) + attentionPool(tower) + separators + twoLayers(tower.width, output)
    );
  },
  nemotron_h_omni: (vision, top, output) => {
    const width = vision.number("hidden_size");
    const side = vision.number("max_img_size", 2048) / vision.number("patch_size", 16);
    const registers = vision.number("num_cls_tokens", 0) + vision.number("num_registers", 0);
    const frames = vision.number("video_temporal_patch_size", 1);
    const inputs = patchInputs(vision);
    const video = frames > 1 ? frames * inputs * width : 0;
    const joined = Math.round(width / top.number("downsample_ratio", 0.5) ** 2);
    const middle = top.number("projector_hidden_size");
    return towerParameters({
      width,
      layers: vision.number("num_hidden_layers"),
      feedForward: Math.round(width * vision.number("mlp_ratio", 4)),
      vectors: 2,
      stem: side ** 2 * width + registers * width + inputs * width + video,
      tail: joined + joined * middle + middle * output,
    });
  },
  step3p7: (vision, top, output) => {
    const sizes = base(vision);
    const { width } = sizes;
    const positions = vision.number("max_position_embeddings", patches(vision)) * width;
    const stem = patchInputs(vision) * width + positions + layerNorm(width);
    const thinned = conv3(width, 2 * width, true) + conv3(2 * width, 4 * width, true);
    const tail = thinned + linear(4 * width, output, top.flag("projector_bias", false));
    return towerParameters({ ...sizes, vectors: 2, stem, tail });
  },
  muse_glimmer: (vision, top, output) => {
    const sizes = base(vision);
    const { width } = sizes;
    const frames = vision.number("patch_temporal", 2);
    const positions = vision.number("pos_emb_height") * vision.number("pos_emb_width") * width;
    const joined = vision.number("merge_size", 2) ** 2 * width;
    const middle = top.number("projector_hidden_size");
    return towerParameters({
      ...sizes,
      stem: patchInputs(vision, frames) * width + positions + layerNorm(width),
      tail: layerNorm(width) + joined * middle + middle * middle + middle * output,
    });
  },
  aria: (vision, top, output) => {
    const tower = siglip(vision);
    const { width } = tower;
    const queries = top.number("max_value_projector_patch_to_query_dict", 256) * width;
    const outer = 3 * width * width + linear(width, width);
    const inner = 4 * linear(width, width);
    const projector = queries + outer + inner + 3 * layerNorm(width);
    return towerParameters(tower) + projector + width * output + output * output;
  },
  ovis2: (vision, _top, output) => {
    const sizes = base(vision);
    const { width } = sizes;
    const words = vision.number("vocab_size");
    const tokens = words - vision.number("num_visual_indicator_tokens", 5);
    const stride = vision.number("hidden_stride", 1) ** 2;
    return towerParameters({
      ...sizes,
      gated: true,
      norm: "rms",
      attentionBias: vision.flag("qkv_bias", false) ? "all" : "none",
      feedForwardBias: vision.flag("mlp_bias", false),
      stem: linear(patchInputs(vision), width) + patches(vision) * width + width,
      tail: width + stride * width * tokens + layerNorm(tokens) + words * output,
    });
  },
};
