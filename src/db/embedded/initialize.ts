/**
 * Makes the data folder with initdb. It is made aside and renamed when finished: a data folder is
 * whole or absent, also after a crash, and of two starts at once one rename wins and the other start
 * uses the winner's folder. No lock of our own is needed, so none can be left behind.
 */
import { randomBytes } from "node:crypto";
import { chown, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ServerAccount, viewFolder } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { passwordFile } from "./data-folder.ts";
import { runProgram } from "./programs.ts";
import { cameSecond, makeStaging } from "./staging.ts";

/** Runs initdb. `durable: false` skips the flush to disk, for databases that live for a test. */
export async function initializeDataFolder(
  dataFolder: string,
  binaries: Binaries,
  account: ServerAccount,
  durable: boolean,
): Promise<void> {
  const staging = await makeStaging(dataFolder);
  const own = async (path: string) => {
    if (account.uid !== undefined) await chown(path, account.uid, account.gid ?? account.uid);
  };
  await own(staging);
  const view = viewFolder(account, staging);
  try {
    const password = join(staging, "password");
    await writeFile(password, randomBytes(24).toString("base64url"), { mode: 0o600 });
    await own(password);
    await mkdir(join(staging, "data"), { mode: 0o700 });
    await own(join(staging, "data"));
    const args = [`--pgdata=${view.path}/data`, `--pwfile=${view.path}/password`, ...initdbOptions];
    if (!durable) args.push("--no-sync");
    await runProgram(binaries.program("initdb"), args, account, view.descriptors);
    await rename(password, join(staging, "data", passwordFile));
    await rename(join(staging, "data"), dataFolder).catch((error) => {
      if (!cameSecond(error)) throw error;
    });
  } finally {
    view.close();
    await rm(staging, { recursive: true, force: true });
  }
}

/**
 * The built-in C.UTF-8 needs nothing of the system and sorts the same everywhere; without naming it,
 * initdb would follow LANG and make an SQL_ASCII database where that is unset. The C library's own
 * locale of that name exists on every Linux that Node runs on, elsewhere plain C stands in.
 */
const initdbOptions = [
  "--username=plimsoll",
  "--auth=scram-sha-256",
  "--encoding=UTF8",
  "--locale-provider=builtin",
  "--builtin-locale=C.UTF-8",
  `--locale=${process.platform === "linux" ? "C.UTF-8" : "C"}`,
];
