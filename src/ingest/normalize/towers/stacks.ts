/**
 * The stacks that many vision towers share: CLIP's, SigLIP's and Pixtral's layers, with the sizes their
 * classes imply where a section leaves them out.
 */
import type { Sizes } from "./sizes.ts";
import { linear, type Tower } from "./transformer.ts";

export const WIDTH = "hidden_size embed_dim width";
export const LAYERS = "num_hidden_layers depth layers";

interface Stack {
  width: number;
  layers: number;
  feedForward: number;
}

/** What sections leave out because their class implies it. */
const CLIP_STACK: Stack = { width: 768, layers: 12, feedForward: 3072 };
const PIXTRAL_STACK: Stack = { width: 1024, layers: 24, feedForward: 4096 };

export function base(vision: Sizes, implied?: Stack): Stack {
  return {
    width: vision.number(WIDTH, implied?.width),
    layers: vision.number(LAYERS, implied?.layers),
    feedForward: vision.number("intermediate_size", implied?.feedForward),
  };
}

/** Inputs of one patch: colours times pixels (times frames). */
export function patchInputs(vision: Sizes, frames = 1, patch?: number): number {
  return (
    vision.number("num_channels in_channels in_chans", 3) *
    frames *
    vision.number("patch_size spatial_patch_size", patch) ** 2
  );
}

export function patches(vision: Sizes, image?: number, patch?: number): number {
  return Math.floor(vision.number("image_size", image) / vision.number("patch_size", patch)) ** 2;
}

export function clip(vision: Sizes): Tower {
  const sizes = base(vision, CLIP_STACK);
  const { width } = sizes;
  const tokens = patches(vision, 224, 32) + 1;
  const stem = width + patchInputs(vision, 1, 32) * width + tokens * width + 2 * width;
  return { ...sizes, stem, tail: 2 * width };
}

export function siglip(vision: Sizes): Tower {
  const sizes = base(vision, CLIP_STACK);
  const { width } = sizes;
  const positions = vision.number("num_patches", 0) || patches(vision, 224, 16);
  return {
    ...sizes,
    stem: linear(patchInputs(vision, 1, 16), width) + positions * width,
    tail: 2 * width,
  };
}

/** LLaVA's projector: two linear maps. */
export const twoLayers = (from: number, output: number) =>
  linear(from, output) + linear(output, output);

export function pixtral(vision: Sizes): Tower {
  const sizes = base(vision, PIXTRAL_STACK);
  return {
    ...sizes,
    gated: true,
    norm: "rms",
    attentionBias: "none",
    feedForwardBias: false,
    stem: patchInputs(vision, 1, 16) * sizes.width + sizes.width,
    tail: 0,
  };
}
