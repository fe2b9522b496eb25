/**
 * A TCP proxy that fails on demand, to stand between the program and what it depends on. It knows no
 * protocol, so the same one breaks Postgres, Redis and HTTP.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export type Fault =
  /** Everything goes through. */
  | { kind: "pass" }
  /** What the client sends arrives this much later, in order. */
  | { kind: "delay"; ms: number }
  /**
   * Nothing arrives any more and nobody is told, as behind a firewall that forgot the connection. With
   * `only`, this befalls just the connections whose client has sent that text.
   */
  | { kind: "swallow"; only?: string }
  /** Every connection is cut in the middle of whatever it does, and every new one too. */
  | { kind: "reset" }
  /** Nobody listens; open connections are cut. */
  | { kind: "refuse" };

export interface FaultProxy {
  host: string;
  port: number;
  /** The same address with this proxy's host and port. */
  through(url: string): string;
  /** Sets in from now on; what was swallowed stays so when the fault ends. */
  set(fault: Fault): Promise<void>;
  /** Connections open now. */
  open(): number;
  close(): Promise<void>;
}

interface Pair {
  client: Socket;
  upstream: Socket;
  /** Set for ever: bytes of this connection lead nowhere. */
  dead: boolean;
  /** The beginning of what the client sent, by which a connection is known. */
  said: string;
}

/** Bytes of a connection's beginning that are looked at. */
const MOST_SAID = 20_000;

/** Listens on a free port of the loopback and forwards to the host and port of `target`. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const { hostname, port: targetPort } = new URL(target);
  const pairs = new Set<Pair>();
  let fault: Fault = { kind: "pass" };

  const server = createServer({ noDelay: true }, (client) => {
    client.on("error", () => {});
    if (fault.kind === "reset") return void client.resetAndDestroy();
    const upstream = connect({ host: hostname, port: Number(targetPort), noDelay: true });
    upstream.on("error", () => {});
    const dead = fault.kind === "swallow" && fault.only === undefined;
    const pair: Pair = { client, upstream, dead, said: "" };
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    client.once("close", end);
    upstream.once("close", () => {
      // The other end of a forgotten connection learns nothing.
      if (!pair.dead) end();
    });
    forward(client, upstream, pair);
    upstream.on("data", (bytes) => {
      if (!pair.dead) client.write(bytes);
    });
  });

  function forward(from: Socket, to: Socket, pair: Pair): void {
    let last = Promise.resolve();
    from.on("data", (bytes) => {
      if (pair.dead) return;
      if (pair.said.length < MOST_SAID) pair.said += bytes.toString("latin1");
      if (fault.kind !== "delay") {
        last = last.then(() => void to.write(bytes));
        return;
      }
      const { ms } = fault;
      const arrives = sleep(ms, undefined, { ref: false });
      last = last.then(() => arrives).then(() => void (pair.dead || to.write(bytes)));
    });
  }

  async function listen(port: number): Promise<void> {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  }

  await listen(0);
  const { port } = server.address() as AddressInfo;

  return {
    host: "127.0.0.1",
    port,
    through(url) {
      const other = new URL(url);
      other.host = `127.0.0.1:${port}`;
      return other.href;
    },
    async set(next) {
      fault = next;
      if (next.kind === "swallow") {
        for (const pair of pairs) pair.dead ||= pair.said.includes(next.only ?? "");
      }
      if (next.kind === "refuse" && server.listening) server.close();
      if (next.kind === "refuse" || next.kind === "reset") {
        for (const { client, upstream } of pairs) {
          client.resetAndDestroy();
          upstream.destroy();
        }
      }
      if (next.kind !== "refuse" && !server.listening) await listen(port);
    },
    open: () => pairs.size,
    async close() {
      for (const { client } of pairs) client.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, "close");
    },
  };
}
