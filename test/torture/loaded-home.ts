/** A home whose bundled data is read and whose Hub never was: where most rounds begin. */
import { type Home, makeHome, urlOf } from "./homes.ts";
import { startProgram, stopProgram, until } from "./program.ts";
import { allRead, BUNDLED } from "./settled.ts";

export async function makeLoadedHome(): Promise<Home> {
  const home = await makeHome();
  const program = startProgram("start", { PLIMSOLL_HOME: home.path });
  await program.ready;
  await until("the bundled data", async () => (await allRead(urlOf(home.path), BUNDLED)) || null);
  await stopProgram(program);
  return home;
}
