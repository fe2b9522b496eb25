/**
 * Starts the server process and watches it until it is ready or gone. The server is detached: Ctrl-C
 * in a terminal reaches the whole process group, and Plimsoll must be able to finish its work before
 * the database goes. Its log is a file, not a pipe, so that it survives the death of this process.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type ServerAccount, viewFolder } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { folderMark, readPidFile } from "./pid-file.ts";
import { cannotRun, programEnvironment } from "./programs.ts";

export interface LaunchPlan {
  binaries: Binaries;
  account: ServerAccount;
  dataFolder: string;
  logFile: string;
  settings: Record<string, string>;
}

/** How a launch ended; `log` is what the server wrote meanwhile. */
export type LaunchOutcome =
  | { kind: "ready"; child: ChildProcess; pid: number }
  | { kind: "locked" | "portTaken" | "died" | "slow"; log: string };

/** Starts the server on a port and waits, up to `timeoutMs`, until it accepts connections. */
export async function launchServer(
  plan: LaunchPlan,
  port: number,
  timeoutMs: number,
): Promise<LaunchOutcome> {
  const logStart = statSync(plan.logFile, { throwIfNoEntry: false })?.size ?? 0;
  const child = spawnServer(plan, port);
  let ended = false;
  let failure: unknown;
  child.once("exit", () => (ended = true));
  child.once("error", (error) => {
    failure = error;
    ended = true;
  });
  const giveUpAt = Date.now() + timeoutMs;
  while (!ended && Date.now() < giveUpAt) {
    const lock = readPidFile(plan.dataFolder);
    if (child.pid !== undefined && lock?.pid === child.pid && lock.status === "ready") {
      return { kind: "ready", child, pid: child.pid };
    }
    await sleep(10);
  }
  if (failure !== undefined) throw cannotRun(child.spawnfile, failure);
  if (!ended) child.kill("SIGQUIT");
  const log = readFileSync(plan.logFile).subarray(logStart).toString("utf8");
  return { kind: ended ? explain(log) : "slow", log };
}

function spawnServer(plan: LaunchPlan, port: number): ChildProcess {
  const view = viewFolder(plan.account, plan.dataFolder);
  const log = openSync(plan.logFile, "a", 0o600);
  const settings = { ...plan.settings, port: String(port) };
  const args = ["-D", view.path, "-c", folderMark(plan.dataFolder)];
  for (const [name, value] of Object.entries(settings)) args.push("-c", `${name}=${value}`);
  const command = plan.binaries.program("postgres");
  try {
    const child = spawn(command, args, {
      ...plan.account,
      env: programEnvironment,
      cwd: "/",
      detached: true,
      windowsHide: true,
      stdio: ["ignore", log, log, ...view.descriptors],
    });
    child.unref();
    return child;
  } catch (error) {
    throw cannotRun(command, error);
  } finally {
    closeSync(log);
    view.close();
  }
}

/** Names the two failures that pass by themselves; the environment keeps the messages English. */
function explain(log: string): "locked" | "portTaken" | "died" {
  if (/lock file "[^"]*" (already exists|is empty)|pre-existing shared memory/.test(log)) {
    return "locked";
  }
  return /could not create any TCP\/IP sockets|Address already in use/.test(log)
    ? "portTaken"
    : "died";
}

/** A TCP port of the loopback that is free now; nothing holds it until the server takes it. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
