/** A server under test: a process of its own on one core, asked over its port. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { QUESTIONS, type QuestionName } from "./questions.ts";

export interface ContenderPlan {
  name: string;
  /** Script and arguments for Node. */
  args: string[];
  /** Path that is asked; all but the static buffer look at it. */
  path: string;
  questions: readonly QuestionName[];
  speaksPostgraphile?: boolean;
  /** It answers any question about the schema, and not only those that are measured. */
  answersAny?: boolean;
}

export interface Contender extends ContenderPlan {
  port: number;
  /** Processor seconds it has used; null where the system does not tell. */
  cpuSeconds(): number | null;
  stop(): Promise<void>;
}

/** With two cores or more a server gets the first to itself, and the load and Postgres the others. */
const pinnable = spawnSync("taskset", ["-p", String(process.pid)]).status === 0;
const onFirstCore = (command: string, args: string[]): [string, string[]] =>
  pinnable ? ["taskset", ["-c", "0", command, ...args]] : [command, args];

/** Starts a server and waits until it says where it listens. */
export async function start(
  plan: ContenderPlan,
  node: string,
  env: Record<string, string>,
): Promise<Contender> {
  const [command, args] = onFirstCore(node, plan.args);
  const child = spawn(command, args, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const port = await portOf(child, plan.name);
  return {
    ...plan,
    port,
    cpuSeconds: () => cpuSeconds(child.pid!),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await gone;
      clearTimeout(late);
    },
  };
}

function portOf(child: ChildProcess, name: string): Promise<number> {
  let output = "";
  return new Promise((resolve, reject) => {
    const look = (chunk: Buffer) => {
      output += chunk;
      const found = /ready (\d+)/.exec(output) ?? /http:\/\/[^\s:]+:(\d+)\/graphql/.exec(output);
      if (found) resolve(Number(found[1]));
    };
    child.stdout!.on("data", look);
    child.stderr!.on("data", (chunk) => {
      output += chunk;
    });
    child.once("exit", (code) => reject(new Error(`${name} ended with ${code}:\n${output}`)));
  });
}

/** From `/proc`, in hundredths of a second. */
function cpuSeconds(pid: number): number | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]!.split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return null;
  }
}

/** One whole HTTP request, as the load sends it. */
export function request(
  { path, speaksPostgraphile }: ContenderPlan,
  question: QuestionName,
  variables: Record<string, unknown>,
  method: "GET" | "POST",
): Buffer {
  const { document, postgraphile, operationName } = QUESTIONS[question];
  const query = speaksPostgraphile ? postgraphile : document;
  if (method === "GET") {
    const asked = new URLSearchParams({
      query,
      operationName,
      variables: JSON.stringify(variables),
    });
    return Buffer.from(
      `GET ${path}?${asked} HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\n\r\n`,
    );
  }
  const body = JSON.stringify({ query, operationName, variables });
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
