/**
 * Tells when something in a folder, or a file, has changed. A burst of changes is told once, a while
 * after the last of them, because copying a model writes many files.
 */
import { type FSWatcher, watch } from "node:fs";

const QUIET_MS = 500;

export interface Watch {
  close(): void;
}

/** @param onError called once when watching is not possible or ends; nothing is told afterwards. */
export function watchModels(
  path: string,
  onChange: () => void,
  onError: (error: unknown) => void,
): Watch {
  let quiet: NodeJS.Timeout | undefined;
  let watcher: FSWatcher | undefined;
  const close = () => {
    clearTimeout(quiet);
    watcher?.close();
  };
  try {
    watcher = watch(path, { recursive: true }, () => {
      clearTimeout(quiet);
      quiet = setTimeout(onChange, QUIET_MS);
    });
    watcher.on("error", (error) => {
      close();
      onError(error);
    });
  } catch (error) {
    onError(error);
  }
  return { close };
}
