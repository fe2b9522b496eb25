/** The compiled program as a user runs it: a process of its own with a home of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const program = resolve(import.meta.dirname, "../../dist/main.js");

export interface RunningPlimsoll {
  process: ChildProcess;
  /** Everything printed on standard output so far. */
  output(): string;
  /** Everything printed on standard error so far: the log. */
  errors(): string;
  /** Base URL of the API; empty for a worker. */
  url: string;
  /** Asks it to stop with a signal; gives the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** A home folder that every account may enter, removed by `remove`. */
export async function makeHome(): Promise<{ home: string; remove(): Promise<void> }> {
  const home = await mkdtemp(join(tmpdir(), "plimsoll-home-"));
  await chmod(home, 0o755);
  return { home, remove: () => rm(home, { recursive: true, force: true }) };
}

/**
 * Starts the program with nothing in its environment but what is given, and waits until ready.
 * @param words the command, `start` unless given, with its options.
 */
export async function startPlimsoll(
  variables: Record<string, string>,
  ...words: string[]
): Promise<RunningPlimsoll> {
  const child = spawn(process.execPath, [program, ...(words.length > 0 ? words : ["start"])], {
    env: {
      PATH: process.env.PATH,
      PORT: "0",
      HF_SCHEDULE: "off",
      // The other sources have no local servers here.
      SOURCES: "hugging-face",
      ...variables,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let errors = "";
  child.stderr?.on("data", (chunk) => {
    errors += chunk;
  });
  const url = await new Promise<string>((ready, fail) => {
    child.stdout?.on("data", (chunk) => {
      output += chunk;
      const url = /GraphQL\s+(http:\S+)\/graphql/.exec(output)?.[1] ?? "";
      // The banner is written at once; this is its last line in every mode.
      if (/^ {2}Queue .*\n(?: {2}Next .*\n)?$/m.test(output)) ready(url);
    });
    child.once("exit", (code) =>
      fail(new Error(`plimsoll ended with ${code}:\n${output}${errors}`)),
    );
  });
  return {
    process: child,
    output: () => output,
    errors: () => errors,
    url,
    async stop(signal = "SIGINT") {
      if (child.exitCode !== null) return child.exitCode;
      const exited = once(child, "exit");
      child.kill(signal);
      const [code] = await exited;
      return code;
    },
  };
}

/** One GraphQL request; gives its data and throws on errors. */
export async function ask<T>(url: string, query: string, variables = {}): Promise<T> {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: T; errors?: unknown };
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

export interface Listening<T> {
  events: T[];
  /** Resolves when the stream has ended, whoever ended it. */
  ended: Promise<void>;
  close(): void;
}

/** Subscribes over SSE and collects what arrives until `close`. */
export function listen<T>(url: string, query: string): Listening<T> {
  const events: T[] = [];
  const leave = new AbortController();
  const read = async () => {
    const response = await fetch(`${url}/graphql?query=${encodeURIComponent(query)}`, {
      headers: { accept: "text/event-stream" },
      signal: leave.signal,
    });
    let pending = "";
    const text = response.body!.pipeThrough(new TextDecoderStream());
    for await (const chunk of text) {
      const parts = (pending + chunk).split("\n\n");
      pending = parts.pop() ?? "";
      for (const part of parts) {
        const data = part.match(/^data: (.+)$/m)?.[1];
        const event = data && JSON.parse(data).data;
        if (event) events.push(event);
      }
    }
  };
  return { events, ended: read().catch(() => {}), close: () => leave.abort() };
}
