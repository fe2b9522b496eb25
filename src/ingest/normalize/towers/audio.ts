/**
 * Audio encoders beside a text model, with their projectors: the Whisper line (two convolutions, plain
 * layers), the later Qwen encoders (convolutions in two dimensions), and the conformers of Granite
 * Speech and Phi-4.
 */
import { type Sizes, Uncountable } from "./sizes.ts";
import { twoLayers } from "./stacks.ts";
import { linear, towerParameters } from "./transformer.ts";

type AudioReader = (audio: Sizes, top: Sizes, output: number) => number;

const WIDTH = "d_model hidden_size";
const LAYERS = "encoder_layers num_hidden_layers";
const FEED_FORWARD = "encoder_ffn_dim intermediate_size";
const layerNorm = (width: number) => 2 * width;

/** `frames`: encoder frames that the projector joins. */
function whisper(audio: Sizes, positions: boolean, tail: (width: number) => number): number {
  const width = audio.number(WIDTH);
  const bins = audio.number("num_mel_bins", 128);
  const table = positions ? audio.number("max_source_positions", 1500) * width : 0;
  return towerParameters({
    width,
    layers: audio.number(LAYERS),
    feedForward: audio.number(FEED_FORWARD),
    attentionBias: "noKey",
    stem: linear(3 * bins, width) + linear(3 * width, width) + table,
    tail: layerNorm(width) + tail(width),
  });
}

/** Three convolutions over time and pitch, each of which halves both; the projector comes in two steps. */
const qwen3: AudioReader = (audio) => {
  const width = audio.number(WIDTH);
  const channels = audio.number("downsample_hidden_size", 480);
  const pitches = Math.ceil(audio.number("num_mel_bins", 128) / 8);
  const convolutions = linear(9, channels) + 2 * linear(9 * channels, channels);
  return towerParameters({
    width,
    layers: audio.number(LAYERS),
    feedForward: audio.number(FEED_FORWARD),
    stem: convolutions + channels * pitches * width,
    tail: layerNorm(width) + linear(width, width) + linear(width, audio.number("output_dim", 3584)),
  });
};

/** Gated layers whose heads are wider than the stream, RMS norms, and a projector over four frames. */
const voxtralRealtime: AudioReader = (audio, top, output) => {
  const width = audio.number(WIDTH);
  const inner = audio.number("num_attention_heads") * audio.number("head_dim", 64);
  const feedForward = audio.number(FEED_FORWARD);
  const attention = 4 * width * inner + 2 * inner + width;
  const layer = attention + 3 * width * feedForward + width + 2 * width;
  const bins = audio.number("num_mel_bins", 128);
  const joined = top.number("downsample_factor", 4) * width;
  const convolutions = linear(3 * bins, width) + linear(3 * width, width);
  const projector = joined * output + output * output;
  return convolutions + audio.number(LAYERS) * layer + width + projector;
};

/** Two half-sized feed-forwards around attention and a gated convolution; a query transformer follows. */
const graniteSpeech: AudioReader = (encoder, top, output) => {
  const width = encoder.number("hidden_dim");
  const feedForward = width * encoder.number("feedforward_mult", 4);
  const head = encoder.number("dim_head", 128);
  const inner = encoder.number("num_heads") * head;
  const channels = width * encoder.number("conv_expansion_factor", 2);
  const half = layerNorm(width) + linear(width, feedForward) + linear(feedForward, width);
  const distances = (2 * encoder.number("max_pos_emb", 512) + 1) * head;
  const attention = layerNorm(width) + 3 * width * inner + linear(inner, width) + distances;
  const depth = channels * encoder.number("conv_kernel_size", 15) + 2 * channels;
  const convolution =
    layerNorm(width) + linear(width, 2 * channels) + depth + linear(channels, width);
  const layer = 2 * half + attention + convolution + layerNorm(width);
  const words = encoder.number("output_dim");
  const ends =
    linear(encoder.number("input_dim"), width) + linear(width, words) + linear(words, width);
  const section = top.section("projector_config");
  if (section === null) throw new Uncountable("projector_config");
  return encoder.number("num_layers") * layer + ends + queryTransformer(section, top, output);
};

/** BLIP-2's query transformer: BERT layers, some of which also look at the other side. */
function queryTransformer(section: Sizes, top: Sizes, output: number): number {
  const width = section.number("hidden_size", 768);
  const layers = section.number("num_hidden_layers", 12);
  const feedForward = section.number("intermediate_size", 3072);
  const crossed = Math.ceil(layers / section.number("cross_attention_frequency", 2));
  const source = section.number("encoder_hidden_size", 1408);
  const cross = 2 * linear(width, width) + 2 * linear(source, width) + layerNorm(width);
  const queries =
    Math.floor(top.number("window_size", 15) / top.number("downsample_rate", 5)) * width;
  const stem = queries + layerNorm(width);
  const tail = crossed * cross + linear(width, output);
  return towerParameters({ width, layers, feedForward, stem, tail });
}

/** Phi-4's conformer: gated halves, a gated and a depthwise convolution, one projector for each use. */
const phi4: AudioReader = (audio, _top, output) => {
  const width = audio.number("hidden_size");
  const feedForward = audio.number("intermediate_size");
  const half = layerNorm(width) + linear(width, 2 * feedForward) + linear(feedForward, width);
  const attention = 4 * linear(width, width) + layerNorm(width);
  const kernel = audio.number("kernel_size", 3);
  const channels = audio.number("ext_pw_out_channel", width);
  const convolution =
    layerNorm(width) +
    linear(width, 2 * channels) +
    2 * channels +
    linear(kernel, width) +
    linear(width, channels) +
    linear(channels, width);
  const layer = 2 * half + attention + convolution + layerNorm(width);
  const wide = audio.number("nemo_conv_channels", width);
  const pitches = audio.number("input_size", 80) / audio.number("time_reduction", 8);
  const stem = 3 * linear(9, wide) + 2 * linear(wide, wide) + linear(wide * pitches, width);
  const biases = 2 * audio.number("bias_max_distance", 1000) * audio.number("num_attention_heads");
  const projectors = 2 * twoLayers(width, output);
  return audio.number("num_blocks") * layer + stem + biases + projectors;
};

/** Gemma's conformer: two half-sized feed-forwards around attention and a gated convolution, no biases. */
function gemma(layers: number, width: number, kernel: number, channels: [number, number]): number {
  const [first, second] = channels;
  const square = width * width;
  const feedForward = 8 * square + layerNorm(width);
  // Query, key, value, output and relative positions; keys are scaled by a vector as wide as a head.
  const attention = 5 * square + layerNorm(width);
  const convolution = 3 * square + kernel * width + layerNorm(width);
  const layer = 2 * feedForward + attention + convolution + width;
  const subsampled = 9 * first + first + 9 * first * second + second;
  return layers * layer + subsampled + 32 * second * width;
}

const gemma4: AudioReader = (audio, _top, output) => {
  const width = audio.number("hidden_size", 1024);
  const layers = audio.number("num_hidden_layers", 12);
  const heads = audio.number("num_attention_heads", 8);
  const out = audio.number("output_proj_dims", 1536);
  const encoder = gemma(layers, width, audio.number("conv_kernel_size", 5), [128, 32]);
  return encoder + (layers * width) / heads + linear(width, out) + out * output;
};

const gemma3n: AudioReader = (audio, _top, output) => {
  const width = audio.number("hidden_size", 1536);
  const layers = audio.number("conf_num_hidden_layers", 12);
  const heads = audio.number("conf_num_attention_heads", 8);
  const encoder = gemma(layers, width, audio.number("conf_conv_kernel_size", 5), [128, 32]);
  // Sounds have a small vocabulary of their own, with two norms.
  const embedder = audio.number("vocab_size", 128) * width + 2 * width + width * output;
  return encoder + (layers * width) / heads + embedder;
};

/** Audio encoders by the `model_type` of their section. */
const READERS: Readonly<Record<string, AudioReader>> = {
  qwen2_audio_encoder: (audio, _top, output) =>
    whisper(audio, true, (width) => linear(width, output)),
  qwen2_5_omni_audio_encoder: (audio, _top, output) =>
    whisper(audio, false, (width) => linear(width, output)),
  whisper: (audio, _top, output) => whisper(audio, true, (width) => linear(width, output)),
  voxtral_encoder: (audio, _top, output) =>
    whisper(audio, true, (width) => 4 * width * output + output * output),
  audioflamingo3_encoder: (audio, _top, output) =>
    whisper(audio, true, (width) => twoLayers(width, output)),
  glmasr_encoder: (audio, _top, output) =>
    whisper(audio, false, (width) => linear(4 * width, 2 * output) + linear(2 * output, output)),
  voxtral_realtime_encoder: voxtralRealtime,
  qwen3_asr_encoder: qwen3,
  qwen3_asr_audio_encoder: qwen3,
  qwen3_omni_moe_audio_encoder: qwen3,
  gemma4_audio: gemma4,
  gemma3n_audio: gemma3n,
  granite_speech_encoder: graniteSpeech,
  phi4_multimodal_audio: phi4,
};

export function countAudio(audio: Sizes, top: Sizes, output: number): number {
  const kind = audio.text("model_type") ?? "";
  const read = Object.hasOwn(READERS, kind) ? READERS[kind] : undefined;
  if (read === undefined) throw new Uncountable(kind);
  return read(audio, top, output);
}
