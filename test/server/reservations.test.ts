/** Event streams that clients reserve and never open, from more addresses than anybody can count. */
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { expect, it } from "vitest";
import { SingleConnections } from "../../src/server/streams/single-connection.ts";

it("more reservations than a process holds are refused, whoever makes them", async () => {
  let client = 0;
  const unused = () => {
    throw new Error("A reservation opens and asks nothing.");
  };
  const connections = new SingleConnections({
    ...{ streams: unused as never, open: unused, execute: unused, mask: unused },
    clientOf: () => String(client++),
  });
  const reserve = async () => {
    const req = new IncomingMessage(new Socket());
    const res = new ServerResponse(req);
    await connections.reserve(req, res);
    return res.statusCode;
  };
  const statuses = [];
  for (let made = 0; made < 20_001; made++) statuses.push(await reserve());
  expect(new Set(statuses.slice(0, 20_000))).toEqual(new Set([201]));
  expect(statuses.at(-1)).toBe(503);
});
