/** A disk that is full; `npm run torture` also turns it read-only, and leaves it so for a minute. */
import { expect, it } from "vitest";
import { tortureByDisks } from "./disks/run.ts";
import { whyNoVolumes } from "./disks/volume.ts";
import { silent } from "./report.ts";

const reason = whyNoVolumes();
if (reason) console.info(`Full and read-only disks are not tested: ${reason}.`);

it.skipIf(reason)("a full disk costs no fact", { timeout: 240_000 }, async () => {
  const effort = { rounds: 1, minutes: 0, seed: 1, say: silent };
  const rows = await tortureByDisks(4, effort, ["full at the first start", "fills up"]);
  console.info(rows.map(({ fault, note }) => `${fault}: ${note}`).join("\n"));
  expect(rows.filter(({ verdict }) => verdict !== "held")).toEqual([]);
  expect(rows).toHaveLength(2);
});
