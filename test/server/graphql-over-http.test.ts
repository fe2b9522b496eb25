/** The audits of the GraphQL-over-HTTP working group, one test each, over a listening server. */
import { serverAudits } from "graphql-http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningServer, serve } from "../../src/server/server.ts";
import { tinyFeed, tinyOptions, tinySchema } from "./tiny.ts";

let server: RunningServer;
beforeAll(async () => {
  server = await serve(tinySchema, tinyOptions(tinyFeed()));
});
afterAll(() => server.close());

const audits = serverAudits({ url: () => `${server.url}/graphql` });

test("all 61 audits are there", () => expect(audits).toHaveLength(61));

test.each(audits.map((audit) => [`${audit.id} ${audit.name}`, audit] as const))(
  "%s",
  async (_name, audit) => {
    const result = await audit.fn();
    expect(result, "reason" in result ? result.reason : "").toMatchObject({ status: "ok" });
  },
);
