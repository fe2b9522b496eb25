/**
 * Names that can be taken away from one process: it sees a hosts file of its own, which root of Linux
 * can give it, so the system's own resolver fails for real.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Names {
  /** Words in front of the command that shall see these names. */
  within: string[];
  /** From now on every name of `names` is this machine, or is not known. */
  know(isKnown: boolean): void;
  remove(): void;
}

export function makeNames(...names: string[]): Names {
  const folder = mkdtempSync(join(tmpdir(), "plimsoll-names-"));
  const file = join(folder, "hosts");
  // Written in place, because it is this very file that is mounted.
  const know = (isKnown: boolean) =>
    writeFileSync(file, `127.0.0.1 localhost ${isKnown ? names.join(" ") : ""}\n`);
  know(true);
  return {
    within: [
      "unshare",
      "--mount",
      "sh",
      "-c",
      `mount --bind ${file} /etc/hosts && exec "$@"`,
      "sh",
    ],
    know,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Why no process can have names of its own here; null where it can. */
export function whyNoNames(): string | null {
  const { within, remove } = makeNames("plimsoll.test");
  const [file, ...words] = [...within, "true"];
  const { status } = spawnSync(file!, words);
  remove();
  return status === 0 ? null : "only root of Linux can give a process a hosts file of its own";
}
