/**
 * Running one of the Postgres programs. They get an environment of their own, so that neither a
 * missing LANG nor a PGPORT or PGDATA of the user's changes what they do.
 */
import { spawn } from "node:child_process";
import { messageOf } from "../../errors.ts";
import type { ServerAccount } from "./account.ts";
import { elsewhere, unavailable } from "./unavailable.ts";

export const programEnvironment = { LC_ALL: "C", TZ: "UTC", PATH: "/usr/bin:/bin" };

/** Runs a program to its end and returns what it printed; a non-zero status is an error. */
export async function runProgram(
  command: string,
  args: string[],
  account: ServerAccount,
  descriptors: number[] = [],
): Promise<string> {
  const { output, status } = await new Promise<{ output: string; status: string }>(
    (resolve, reject) => {
      const child = spawn(command, args, {
        ...account,
        env: programEnvironment,
        cwd: "/",
        stdio: ["ignore", "pipe", "pipe", ...descriptors],
        windowsHide: true,
      });
      let text = "";
      child.stdout?.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      child.stderr?.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      child.once("error", reject);
      child.once("close", (code, signal) =>
        resolve({ output: text.trim(), status: String(signal ?? code) }),
      );
    },
  ).catch((error: unknown) => {
    throw cannotRun(command, error);
  });
  if (status !== "0") throw unavailable(`${command} failed (${status}):\n${lastLines(output)}`);
  return output;
}

/** Why the operating system would not start a program, in words that help. */
export function cannotRun(command: string, error: unknown): Error {
  const code = (error as NodeJS.ErrnoException).code;
  // The file is there; what is missing is the loader it names.
  const musl = "it needs the GNU C library, which Alpine and other musl systems lack";
  const reason = code === "ENOENT" ? musl : messageOf(error);
  return unavailable(`Could not run ${command}: ${reason}. ${elsewhere}`, error);
}

/** The end of a log, where the reason stands. */
export function lastLines(text: string, count = 12): string {
  return text.trimEnd().split("\n").slice(-count).join("\n");
}
