/**
 * Compares cache and state with llama.cpp itself: `npm run oracle [-- WORDS]`. Every model of the
 * bundled snapshot (or those whose id contains one of the words) is laid out by llama.cpp from its
 * metadata alone. A child does the work, because llama.cpp aborts the process on what it dislikes.
 */
import { fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf } from "../src/errors.ts";
import { type Architecture, compile, evaluate } from "../src/estimator/index.ts";
import { loadLlama } from "./oracle/llama.ts";
import { oracleModel } from "./oracle/metadata.ts";

const SETTINGS = [
  { contextTokens: 4096, sequences: 1, flashAttention: true, swaFull: false },
  { contextTokens: 32_768, sequences: 4, flashAttention: true, swaFull: false },
];

interface Verdict {
  id: string;
  outcome: "equal" | "different" | "unanswered";
  detail: string;
}

async function judge(id: string, architecture: Architecture): Promise<Verdict> {
  engine ??= loadLlama(join(tmpdir(), "plimsoll-oracle"));
  const llama = await engine;
  const model = oracleModel(architecture);
  const profile = compile(architecture);
  for (const settings of SETTINGS) {
    const { bytes, slack } = await llama.cacheBytes(model, settings);
    const ours = evaluate(profile, { quant: "F16", ubatch: 512, ...settings });
    const sum = ours.kvCacheBytes + ours.recurrentStateBytes;
    if (Math.abs(sum - bytes) > slack) {
      const detail = `${settings.contextTokens} tokens: llama.cpp ${Math.round(bytes)}, ours ${sum}`;
      return { id, outcome: "different", detail };
    }
  }
  return { id, outcome: "equal", detail: "" };
}

let engine: ReturnType<typeof loadLlama> | undefined;
let worker: ReturnType<typeof fork> | undefined;

if (process.send !== undefined) {
  process.on("message", ({ id, architecture }: { id: string; architecture: Architecture }) => {
    judge(id, architecture)
      .catch((error): Verdict => ({ id, outcome: "unanswered", detail: messageOf(error) }))
      .then((verdict) => process.send?.(verdict));
  });
} else {
  const words = process.argv.slice(2);
  const totals = { equal: 0, different: 0, unanswered: 0 };
  for (const { id, architecture } of catalog()) {
    if (words.length > 0 && !words.some((word) => id.includes(word))) continue;
    const verdict = await ask(id, architecture);
    totals[verdict.outcome] += 1;
    if (verdict.outcome !== "equal") console.log(JSON.stringify(verdict));
  }
  console.log(JSON.stringify({ summary: "cache and state beside llama.cpp", ...totals }));
  worker?.kill();
  process.exitCode = totals.different > 0 ? 1 : 0;
}

function* catalog(): Generator<{ id: string; architecture: Architecture }> {
  const file = join(import.meta.dirname, "../data/snapshot.ndjson");
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (line.trim() === "") continue;
    const { id, facts } = JSON.parse(line) as {
      id: string;
      facts?: { architecture?: Architecture };
    };
    if (facts?.architecture?.causal) yield { id, architecture: facts.architecture };
  }
}

/** Asks the child; a child that dies gives an answer too, and the next question gets a new one. */
function ask(id: string, architecture: Architecture): Promise<Verdict> {
  worker ??= fork(import.meta.filename, [], { stdio: ["ignore", "ignore", "ignore", "ipc"] });
  const child = worker;
  return new Promise((resolve) => {
    const died = () => {
      worker = undefined;
      resolve({ id, outcome: "unanswered", detail: "llama.cpp aborted" });
    };
    child.once("exit", died);
    child.once("message", (verdict) => {
      child.off("exit", died);
      resolve(verdict as Verdict);
    });
    child.send({ id, architecture });
  });
}
