/** Ends TLS in front of something that speaks none, with a certificate that can be changed meanwhile. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import type { Certificate } from "./certificates.ts";

export interface TlsFront {
  port: number;
  /** Shows another certificate from now on; connections that stand are cut. */
  show(certificate: Certificate): void;
  close(): Promise<void>;
}

/** Listens on a free port of the loopback and forwards to the host and port of `target`. */
export async function startTlsFront(target: string, shown: Certificate): Promise<TlsFront> {
  const { hostname: host, port } = new URL(target);
  const open = new Set<TLSSocket>();
  const read = ({ certificate, key }: Certificate) => ({
    cert: readFileSync(certificate),
    key: readFileSync(key),
  });
  const server = createServer(read(shown), (client) => {
    open.add(client);
    const behind = connect({ host, port: Number(port) });
    for (const [one, other] of [
      [client, behind],
      [behind, client],
    ] as const) {
      one.on("error", () => {});
      one.once("close", () => other.destroy());
      one.pipe(other);
    }
    client.once("close", () => open.delete(client));
  });
  server.on("tlsClientError", () => {}); // a client that does not trust it says so
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = () => {
    for (const client of open) client.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    show(certificate) {
      server.setSecureContext(read(certificate));
      cut();
    },
    async close() {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}
