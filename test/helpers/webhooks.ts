/** An endpoint of webhooks, and who listens there. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import type { Endpoint } from "../../src/events/webhooks/endpoints.ts";

export const SECRET = `whsec_${Buffer.from("0123456789abcdef0123456789abcdef").toString("base64")}`;

export interface Received {
  headers: Record<string, string>;
  body: string;
}

/** A receiver that answers with these statuses, one after the other, then with 204. */
export async function startReceiver(...statuses: number[]) {
  const received: Received[] = [];
  const server = createServer(async (req, res) => {
    const body = await text(req);
    received.push({ headers: req.headers as Record<string, string>, body });
    res.writeHead(statuses.shift() ?? 204, { location: "/elsewhere" }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/hook`, received };
}

export const endpointAt = (id: string, url: string, filter: Endpoint["filter"] = {}): Endpoint => ({
  id,
  url,
  filter,
  secret: SECRET,
  allowPrivateNetwork: true,
});
