/** The compiled program under torture: any command, in a process group of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const entry = resolve(import.meta.dirname, "../../dist/main.js");

export interface Program {
  child: ChildProcess;
  /** Base URL of the API; empty for a worker. Rejects when the program ends before it is ready. */
  ready: Promise<string>;
  /** Exit code, or the signal that ended it. */
  exited: Promise<number | NodeJS.Signals>;
  /** Everything printed so far, on both outputs. */
  printed(): string;
  /** Signals the whole process group, as a closing terminal does. */
  kill(signal?: NodeJS.Signals): void;
}

/**
 * Starts a command with nothing in its environment but what is given.
 * @param within words of another program that runs it, such as one that changes what it sees.
 */
export function startProgram(
  command: string,
  variables: Record<string, string>,
  within: readonly string[] = [],
): Program {
  const [file, ...words] = [...within, process.execPath, entry, command];
  const child = spawn(file!, words, {
    env: {
      PATH: process.env.PATH,
      PORT: "0",
      HF_SCHEDULE: "off",
      SOURCES: "hugging-face",
      ...variables,
    },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let printed = "";
  const exited = once(child, "exit").then(([code, signal]) => code ?? signal);
  const ready = new Promise<string>((found, failed) => {
    const read = (bytes: Buffer) => {
      printed += bytes;
      if (!printed.includes("Plimsoll is ready") || !/Queue .*\n/.test(printed)) return;
      found(/GraphQL\s+(http:\S+)\/graphql/.exec(printed)?.[1] ?? "");
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    exited.then((end) => failed(new Error(`"${command}" ended with ${end}:\n${printed}`)));
  });
  ready.catch(() => {}); // told to whoever waits for it
  return {
    child,
    ready,
    exited,
    printed: () => printed,
    kill(signal = "SIGKILL") {
      try {
        process.kill(-child.pid!, signal);
      } catch {
        // It is gone already.
      }
    },
  };
}

/** Stops it as a person does, and firmly after ten seconds; gives how it ended. */
export async function stopProgram(program: Program): Promise<number | NodeJS.Signals> {
  program.kill("SIGINT");
  const firmly = sleep(20_000, undefined, { ref: false }).then(() => program.kill());
  const end = await program.exited;
  void firmly;
  return end;
}

/** Asks until the check gives something other than null; throws when the time is up. */
export async function until<T>(
  what: string,
  check: () => Promise<T | null>,
  timeoutMs = 90_000,
): Promise<T> {
  const end = performance.now() + timeoutMs;
  let last: unknown = null;
  while (performance.now() < end) {
    try {
      const found = await check();
      if (found !== null) return found;
    } catch (error) {
      last = error;
    }
    await sleep(50);
  }
  throw new Error(`Waited ${timeoutMs} ms in vain for ${what}. ${last ?? ""}`);
}

/** A GraphQL answer whatever its status; throws when none comes within the time. */
export async function post(url: string, query: string, timeoutMs = 30_000): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query }),
    signal: AbortSignal.timeout(timeoutMs),
  });
  return (await response.json()) as Answer;
}

export interface Answer {
  data?: Record<string, unknown> | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

/** What `/readyz` says: true, or the reasons why not; false reasons where nobody listens. */
export async function readiness(url: string): Promise<Readiness> {
  const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(10_000) });
  return (await response.json()) as Readiness;
}

interface Readiness {
  ready: boolean;
  reasons: string[];
  warnings?: string[];
}
