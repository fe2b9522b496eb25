/** Hostile files and values are refused quickly, with a typed reason, and harm nothing. */
import { describe, expect, it } from "vitest";
import { PlimsollError } from "../../src/errors.ts";
import { normalizeConfig, parseConfigText } from "../../src/ingest/normalize/index.ts";
import { configOf } from "./configs.ts";
import { read } from "./read.ts";

function refusal(text: string | Uint8Array): PlimsollError {
  try {
    parseConfigText(text);
  } catch (error) {
    if (error instanceof PlimsollError) return error;
    throw error;
  }
  throw new Error("The text was accepted.");
}

describe("parsing", () => {
  it("refuses 100 MB by their size, before a byte is decoded", () => {
    // Decoded, these bytes would be refused as not UTF-8.
    const error = refusal(new Uint8Array(100 * 1024 * 1024).fill(0xff));
    expect(error.code).toBe("UPSTREAM_TOO_LARGE");
  });

  it("refuses 10,000 nested levels", () => {
    const text = `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`;
    expect(refusal(text).message).toContain("nested");
    expect(refusal("[".repeat(10_000)).message).toContain("nested");
  });

  it("refuses more values than any config has", () => {
    expect(refusal(`[${"0,".repeat(600_000)}0]`).code).toBe("UPSTREAM_TOO_LARGE");
  });

  it.each([
    ["a web page", "<!doctype html><html></html>", "web page"],
    ["a Git LFS pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:0", "LFS"],
    ["an empty file", "  ", "empty"],
    ["a truncated file", '{"model_type": "llama", "hidden_si', "not JSON"],
    ["plain text", "Entry not found", "not JSON"],
    ["a prototype key", '{"__proto__": {"layers": 1}}', "forbidden key"],
    ["an escaped one", '{"\\u005f_proto__": {"layers": 1}}', "forbidden key"],
    ["a nested constructor key", '{"a": {"constructor": {"prototype": {}}}}', "forbidden key"],
  ])("refuses %s", (_what, text, reason) => {
    const error = refusal(text);
    expect(error.code).toBe("UPSTREAM_INVALID");
    expect(error.message).toContain(reason);
  });

  it("refuses bytes that are not UTF-8", () => {
    expect(refusal(new Uint8Array([0x7b, 0xff, 0xfe, 0x7d])).message).toContain("UTF-8");
  });

  it("accepts a byte order mark and Python's bare Infinity where nothing reads it", () => {
    const text =
      '\uFEFF{"model_type": "nemotron_h", "time_step_limit": [0.0, Infinity], "x": "NaN"}';
    expect(parseConfigText(text)).toEqual({
      model_type: "nemotron_h",
      time_step_limit: [0, Number.POSITIVE_INFINITY],
      x: "NaN",
    });
  });

  it("leaves the prototype of objects alone", () => {
    normalizeConfig({
      id: null,
      config: JSON.parse('{"__proto__": {"hidden_size": 7}, "n_layer": 1}'),
    });
    expect(({} as Record<string, unknown>).hidden_size).toBeUndefined();
  });
});

describe("values", () => {
  it("refuses an encoder of 10^12 layers at once", () => {
    const { outcome, reason } = normalizeConfig({
      id: null,
      config: {
        model_type: "bart",
        d_model: 1024,
        decoder_layers: 12,
        encoder_layers: 1e12,
        decoder_attention_heads: 16,
        encoder_attention_heads: 16,
        decoder_ffn_dim: 4096,
        vocab_size: 50265,
      },
    });
    expect(outcome).toBe("refused");
    expect(reason).toBe("No encoder has 1000000000000 layers.");
  });

  it.each([
    ["NaN", Number.NaN],
    ["Infinity", Number.POSITIVE_INFINITY],
    ["a negative number", -32],
    ["zero", 0],
    ["10^300", 1e300],
    ["a fraction", 31.5],
    ["a text", "thirty-two"],
    ["an object", {}],
    ["true", true],
  ])("refuses %s for the number of layers", (_what, value) => {
    const { outcome, reason, facts } = read("meta-llama/Llama-3.1-8B", {
      num_hidden_layers: value,
    });
    expect(outcome).toBe("refused");
    expect(reason).toContain("num_hidden_layers");
    expect(facts.architecture).toBeNull();
  });

  it("refuses a list that differs from layer to layer where one number is needed", () => {
    const { outcome, reason } = read("meta-llama/Llama-3.1-8B", { hidden_size: [1, 2] });
    expect(outcome).not.toBe("model");
    expect(reason).toContain("hidden_size");
  });

  it("reads ten thousand equal layers as one group, and refuses more", () => {
    const { outcome, facts } = read("meta-llama/Llama-3.1-8B", { num_hidden_layers: 10_000 });
    expect(outcome).toBe("model");
    expect(facts.architecture?.layers).toHaveLength(1);
    expect(read("meta-llama/Llama-3.1-8B", { num_hidden_layers: 10_001 }).outcome).toBe("refused");
  });

  it("survives sections of the wrong type", () => {
    for (const value of [null, 1, "x", [], [[]], true]) {
      for (const key of Object.keys(configOf("google/gemma-3-4b-it"))) {
        const config = configOf("google/gemma-3-4b-it", { [key]: value });
        expect(["model", "partial", "refused"]).toContain(
          normalizeConfig({ id: null, config }).outcome,
        );
      }
    }
  });
});
