/** A page is made once and kept; one that could not be made is made anew for the next who asks. */
import { expect, onTestFinished, test, vi } from "vitest";
import { serve } from "../../src/server/server.ts";
import { tinyFeed, tinyOptions, tinySchema } from "./tiny.ts";

const made = vi.hoisted(() => ({ times: 0 }));
vi.mock("../../src/server/pages/docs.ts", async (importOriginal) => {
  const docs = await importOriginal<typeof import("../../src/server/pages/docs.ts")>();
  return {
    ...docs,
    documentCards() {
      made.times++;
      return made.times === 1 ? Promise.reject(new Error("no such file")) : docs.documentCards();
    },
  };
});

test("a page that failed once is made anew, and then kept", async () => {
  const server = await serve(tinySchema, tinyOptions(tinyFeed()));
  onTestFinished(() => server.close());
  const statuses: number[] = [];
  for (let time = 0; time < 3; time++) statuses.push((await fetch(`${server.url}/`)).status);
  expect(statuses).toEqual([500, 200, 200]);
  expect(made.times).toBe(2);
});
