/** A few kills; `npm run torture` makes a hundred of each kind. */
import { expect, it } from "vitest";
import { tortureByKills } from "./kills.ts";
import { silent } from "./report.ts";

it("a killed program ends where one that was left alone does", { timeout: 240_000 }, async () => {
  const effort = { rounds: 2, minutes: 0, seed: 4, say: silent };
  const rows = await tortureByKills(effort, ["first start", "ingestion"], ["start"]);
  expect(rows).toHaveLength(2);
  const broken = rows.filter(({ verdict }) => verdict !== "held");
  expect(broken).toEqual([]);
});
