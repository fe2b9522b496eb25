/** A headless Chromium of the machine, where there is one. */
import { spawnSync } from "node:child_process";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Name of the browser's program, or null with a visible line when the machine has none. */
export function findBrowser(): string | null {
  const path = NAMES.map((name) => spawnSync("which", [name], { encoding: "utf8" }).stdout?.trim());
  const found = path.find(Boolean);
  if (!found) console.info("Pages not tried in a browser: no Chromium on this machine.");
  return found ?? null;
}

export const BROWSER_FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
