/** Vision towers of newer wrappers that join neighbouring patches before they enter the text model. */
import { base, LAYERS, patchInputs, siglip, WIDTH } from "./stacks.ts";
import { linear, merger, towerParameters } from "./transformer.ts";
import type { TowerReader } from "./wrappers.ts";

const layerNorm = (width: number) => 2 * width;

/** GLM-OCR and GLM-5: gated layers with biases and head norms, joined by a convolution and a gated pair. */
const glmOcr: TowerReader = (vision, _top, output) => {
  const sizes = base(vision);
  const { width } = sizes;
  const out = vision.number("out_hidden_size", output);
  const context = vision.number(
    "projection_intermediate_size",
    out * vision.number("in_channels", 3),
  );
  const merge = vision.number("spatial_merge_size", 2) ** 2;
  const headNorms = 2 / vision.number("num_heads");
  const projector = out * out + layerNorm(out) + 3 * out * context;
  return towerParameters({
    ...sizes,
    gated: true,
    norm: "rms",
    vectors: headNorms,
    stem: linear(patchInputs(vision, 2), width),
    tail: width + linear(merge * width, out) + projector,
  });
};

export const MERGING: Readonly<Record<string, TowerReader>> = {
  glm_ocr: glmOcr,
  glm5_next: glmOcr,
  paddleocr_vl: (vision, _top, output) => {
    const tower = siglip(vision);
    const { width, feedForward } = tower;
    // Positions of packed pictures, and SigLIP's pooling head, which nothing here reads.
    const packed = 32_768 * width;
    const pooled = width + 4 * linear(width, width) + layerNorm(width);
    const head = pooled + linear(width, feedForward) + linear(feedForward, width);
    return towerParameters(tower) + packed + head + merger(width, output, layerNorm(width));
  },
  minicpmv4_6: (vision, _top, output) => {
    const tower = siglip(vision);
    const { width, feedForward } = tower;
    const joined = 4 * width;
    // Half-way through, an attention block joins four patches into one of the same width.
    const attention = 4 * linear(width, width) + layerNorm(width) + layerNorm(joined);
    const middle = attention + linear(joined, 4 * feedForward) + linear(4 * feedForward, width);
    return towerParameters(tower) + middle + merger(width, output, layerNorm(joined));
  },
  minimax_m3_vl: (vision, top, output) => {
    const sizes = base(vision);
    const { width } = sizes;
    const middle = top.number("projector_hidden_size", output);
    const joined = vision.number("spatial_merge_size", 2) ** 2 * output;
    const projector = linear(width, middle) + linear(middle, output);
    const join = linear(joined, middle) + linear(middle, output);
    const stem = patchInputs(vision, 2) * width + layerNorm(width);
    return towerParameters({ ...sizes, stem, tail: projector + join });
  },
  ernie4_5_moe_vl: (vision, _top, output) => {
    const width = vision.number(WIDTH);
    const feedForward = vision.number("intermediate_size", width * vision.number("mlp_ratio", 4));
    const joined = vision.number("spatial_merge_size", 2) ** 2 * width;
    const norm = layerNorm(joined);
    const spatial = 2 * linear(joined, joined) + norm;
    const temporal = linear(2 * joined, joined) + linear(joined, joined) + norm;
    return towerParameters({
      width,
      layers: vision.number(LAYERS),
      feedForward,
      stem: patchInputs(vision) * width,
      tail: layerNorm(width) + spatial + temporal + linear(joined, output) + output,
    });
  },
  kimi_k3: (vision, _top, output) => {
    const width = vision.number("vt_hidden_size");
    const inner = vision.number("qkv_hidden_size", width);
    const layer = 4 * width * inner + 2 * width * vision.number("vt_intermediate_size") + 2 * width;
    const positions =
      vision.number("init_pos_emb_height", 64) * vision.number("init_pos_emb_width", 64) * width;
    const stem = patchInputs(vision) * width + positions + width;
    return vision.number("vt_num_hidden_layers") * layer + stem + merger(width, output, width);
  },
  exaone4_5: (vision, _top, output) => {
    const sizes = base(vision);
    const { width } = sizes;
    const heads = vision.number("num_heads");
    const missing = 2 * width * (1 - vision.number("num_key_value_heads", heads) / heads);
    const tail = merger(width, vision.number("out_hidden_size", output), width);
    const stem = patchInputs(vision, 2) * width;
    const tower = towerParameters({ ...sizes, gated: true, norm: "rms", stem, tail });
    // Keys and values are narrower than the queries.
    return tower - sizes.layers * missing * (width + 1);
  },
  hyperclovax_vision_v2: (vision, _top, output) => {
    const sizes = base(vision);
    const { width } = sizes;
    const out = vision.number("out_hidden_size", output);
    const tail = merger(width, out, width) + linear(out, output);
    const stem = patchInputs(vision, 2) * width;
    return towerParameters({ ...sizes, gated: true, norm: "rms", stem, tail });
  },
};
