/**
 * A disk of a test's own: a file system in a file, which can be full for real and can turn read-only
 * under whoever writes to it, as a disk that fails does. Only root of Linux may mount one.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../program.ts";

export interface Volume {
  /** Where it is mounted. */
  path: string;
  /** Holds what that folder holds, owners and modes included. */
  copyFrom(folder: string): void;
  /** Takes all of it but these bytes. */
  fill(leaveBytes: number): void;
  /** Gives back what `fill` took. */
  free(): void;
  /** Remounts a volume that nobody writes to at this moment. */
  remount(access: "ro" | "rw"): void;
  /** From now on every write fails, also to files that are open. */
  breakDown(): void;
  /** Repaired and mounted again; nobody may have anything open on it. */
  repair(): Promise<void>;
  remove(): Promise<void>;
}

const run = (command: string, ...words: string[]) =>
  execFileSync(command, words, { stdio: "pipe" }).toString();

/** Sparse: it takes no more room than what is written. */
export function makeVolume(megabytes: number): Volume {
  const folder = mkdtempSync(join(tmpdir(), "plimsoll-volume-"));
  chmodSync(folder, 0o755);
  const [image, path] = [join(folder, "image"), join(folder, "home")];
  const ballast = join(path, "ballast");
  run("mkdir", path);
  run("truncate", "-s", `${megabytes}M`, image);
  // No share is kept back for root, who is who runs this.
  run("mkfs.ext4", "-q", "-m", "0", "-E", "lazy_itable_init=1", image);
  const mount = () => {
    run("mount", "-o", "loop", image, path);
    chmodSync(path, 0o755);
  };
  try {
    mount();
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  const unmount = async () => {
    await until(
      "nobody on the volume",
      async () => spawnSync("umount", [path]).status === 0 || null,
    );
  };
  return {
    path,
    copyFrom(source) {
      run("cp", "-a", `${source}/.`, path);
      run("sync", "-f", path); // Postgres had it on its disk
    },
    fill(leaveBytes) {
      const { bavail, bsize } = statfsSync(path);
      run("fallocate", "-l", String(Math.max(bsize, bavail * bsize - leaveBytes)), ballast);
    },
    free: () => rmSync(ballast, { force: true }),
    remount: (access) => void run("mount", "-o", `remount,${access}`, path),
    breakDown: () => void run("mount", "-o", "remount,abort", path),
    async repair() {
      await unmount();
      // 1: errors were there and are mended.
      const { status, stdout } = spawnSync("e2fsck", ["-p", image]);
      if (status === null || status > 1) throw new Error(`e2fsck: ${status} ${stdout}`);
      mount();
    },
    async remove() {
      await unmount();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Why no volume can be made here; null where one can. */
export function whyNoVolumes(): string | null {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "only root of Linux mounts";
  try {
    const volume = makeVolume(8);
    void volume.remove();
    return null;
  } catch (error) {
    return `no file system can be mounted here: ${(error as Error).message.trim()}`;
  }
}
