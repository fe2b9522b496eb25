/**
 * What a search box is given, taken apart: the words to look for, and the weight format that people
 * add out of habit ("qwen 3.5 35b q4"), which is no part of any model's name.
 */
import { QUANTIZATION_NAMES, type QuantizationName } from "../estimator/index.ts";
import { badInput, checkText } from "./input-errors.ts";

export interface SearchWords {
  words: string[];
  /** The weight format that was named; null when none was. */
  quant: QuantizationName | null;
}

const MOST_WORDS = 8;

/** Short forms, each with the format that people mean by it. */
const SHORT_FORMS: Record<string, QuantizationName> = {
  q2: "Q2_K",
  q3: "Q3_K_M",
  q4: "Q4_K_M",
  q5: "Q5_K_M",
  q6: "Q6_K",
  q8: "Q8_0",
  "4bit": "Q4_K_M",
  "8bit": "Q8_0",
  "16bit": "F16",
  fp16: "F16",
};

const FORMATS = new Map<string, QuantizationName>([
  ...QUANTIZATION_NAMES.map((name) => [squeezed(name), name] as const),
  ...Object.entries(SHORT_FORMS),
]);

/** Signs around a word are how it was typed, not what is looked for. */
const withoutSigns = (word: string) => word.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "");

function squeezed(text: string): string {
  return text.toLowerCase().replace(/[_-]/g, "");
}

/** Throws `BAD_USER_INPUT` for a text that is blank, too long or of too many words. */
export function searchWords(argument: string, text: string): SearchWords {
  checkText(argument, text);
  let quant: QuantizationName | null = null;
  const words: string[] = [];
  for (const part of text.toLowerCase().split(/[\s,;()]+/)) {
    const format = FORMATS.get(squeezed(part));
    if (format) quant ??= format;
    else
      words.push(
        ...part
          .split(/[/:_-]+/)
          .map(withoutSigns)
          .filter(Boolean),
      );
  }
  if (words.length === 0 && quant === null) {
    throw badInput(argument, text, "a text with at least one letter or digit");
  }
  if (words.length > MOST_WORDS) throw badInput(argument, text, `at most ${MOST_WORDS} words`);
  return { words: [...new Set(words)], quant };
}
