/**
 * Evaluations and compilations per second on one core, beside a one-line formula in the same run:
 * `npm run bench:estimator`. Rounds alternate, and the median of the rounds is printed, so that a busy
 * machine slows both sides alike.
 */
import { compile, evaluate, type MemoryProfile } from "../src/estimator/index.ts";
import { DEEPSEEK_V3, GEMMA_3_4B, LLAMA_8B, QWEN_3_5_27B } from "../test/estimator/models.ts";

const ROUNDS = 9;
const EVALUATIONS = 200_000;
const COMPILATIONS = 40;

const architectures = { LLAMA_8B, DEEPSEEK_V3, GEMMA_3_4B, QWEN_3_5_27B };

/** What a script in a forum post computes: weights plus keys and values. */
function oneLine(
  weights: number,
  layers: number,
  kvHeads: number,
  headDim: number,
  tokens: number,
) {
  return weights + 2 * layers * kvHeads * headDim * 2 * tokens;
}

let sink = 0;

function perSecond(count: number, run: () => void): number {
  const start = performance.now();
  run();
  return (count * 1000) / (performance.now() - start);
}

function evaluations(profile: MemoryProfile): number {
  return perSecond(EVALUATIONS, () => {
    for (let i = 0; i < EVALUATIONS; i++) {
      sink += evaluate(profile, { quant: "Q4_K_M", contextTokens: 1024 + (i & 65_535) }).totalBytes;
    }
  });
}

function oneLiners(): number {
  return perSecond(EVALUATIONS, () => {
    for (let i = 0; i < EVALUATIONS; i++) sink += oneLine(4.9e9, 32, 8, 128, 1024 + (i & 65_535));
  });
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

for (const [name, architecture] of Object.entries(architectures)) {
  const profile = compile(architecture);
  const rounds = Array.from({ length: ROUNDS }, () => ({
    evaluate: evaluations(profile),
    oneLine: oneLiners(),
    compile: perSecond(COMPILATIONS, () => {
      for (let i = 0; i < COMPILATIONS; i++) sink += compile(architecture).version;
    }),
  }));
  const at = (key: "evaluate" | "oneLine" | "compile") =>
    Math.round(median(rounds.map((round) => round[key])));
  console.log(
    JSON.stringify({
      model: name,
      evaluationsPerSecond: at("evaluate"),
      oneLinePerSecond: at("oneLine"),
      compilationsPerSecond: at("compile"),
    }),
  );
}
if (Number.isNaN(sink)) throw new Error("the benchmark computed nothing");
