/**
 * The account the server runs as. Postgres refuses to run as root, and a system user must not be
 * made on somebody's machine for it. So an ordinary user runs it as himself, and root runs it as
 * whoever owns the data folder already, or as the `nobody` account that every system has.
 *
 * That account may be unable to walk the path to a folder it owns (a checkout below a 0700 home).
 * On Linux root can still hand it the folder: opened beforehand and inherited as a descriptor, it is
 * reached through /proc/self/fd, where no part of the path is checked but the folder itself.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, openSync, statSync } from "node:fs";
import { elsewhere, unavailable } from "./unavailable.ts";

/** Both ids are undefined when the server runs as the current user. */
export interface ServerAccount {
  uid?: number;
  gid?: number;
}

/** The account for a data folder that exists or is about to. */
export function serverAccount(dataFolder: string): ServerAccount {
  const currentUid = process.getuid?.();
  if (currentUid === undefined) return {};
  const owner = statSync(dataFolder, { throwIfNoEntry: false });
  if (currentUid !== 0) {
    if (owner === undefined || owner.uid === currentUid) return {};
    throw unavailable(
      `The data folder ${dataFolder} belongs to user id ${owner.uid}, but Plimsoll runs as ${currentUid}. Run it as that user, give the folder to this one (sudo chown -R ${currentUid} ${dataFolder}), or set PLIMSOLL_HOME to another folder.`,
    );
  }
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const nobody = lookUpNobody();
  if (owner === undefined) return nobody;
  throw unavailable(
    `The data folder ${dataFolder} belongs to root, and Postgres refuses to run as root. Give it to an ordinary account (chown -R nobody ${dataFolder}).`,
  );
}

function lookUpNobody(): ServerAccount {
  let account: ServerAccount;
  try {
    const [uid, gid] = ["-u", "-g"].map((flag) =>
      Number.parseInt(
        execFileSync("id", [flag, "nobody"], { encoding: "utf8", stdio: "pipe" }),
        10,
      ),
    ) as [number, number];
    // The ids are unsigned in the account database and signed where a process is started.
    account = { uid: uid | 0, gid: gid | 0 };
  } catch (error) {
    throw unavailable(
      `Postgres refuses to run as root, and this system has no "nobody" account to run it as. Run Plimsoll as an ordinary user. ${elsewhere}`,
      error,
    );
  }
  if (accountCan(account, "-x", "/")) return account;
  throw unavailable(
    `Postgres refuses to run as root, and root may not change to another account here. Run Plimsoll as an ordinary user. ${elsewhere}`,
  );
}

/** Whether the account passes a shell test such as `-x` on a path; asks the kernel, not mode bits. */
export function accountCan(account: ServerAccount, test: "-x" | "-r", path: string): boolean {
  const options = { ...account, cwd: "/", stdio: "ignore" as const };
  return spawnSync("/bin/sh", ["-c", `test ${test} "$1"`, "sh", path], options).status === 0;
}

/** A folder as a child process of the account sees it; `close` once the child has started. */
export interface FolderView {
  path: string;
  descriptors: number[];
  close(): void;
}

/** Opens a folder for a child whose fourth descriptor (number 3) is the first of `descriptors`. */
export function viewFolder(account: ServerAccount, folder: string): FolderView {
  if (account.uid === undefined || accountCan(account, "-x", folder)) {
    return { path: folder, descriptors: [], close: () => {} };
  }
  if (process.platform !== "linux") {
    throw unavailable(
      `User id ${account.uid}, which runs Postgres in place of root, cannot enter ${folder}. Run Plimsoll as an ordinary user, or set PLIMSOLL_HOME to a folder that everybody may enter.`,
    );
  }
  const descriptor = openSync(folder, "r");
  return { path: "/proc/self/fd/3", descriptors: [descriptor], close: () => closeSync(descriptor) };
}
