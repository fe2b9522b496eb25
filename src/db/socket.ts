/**
 * A socket to Postgres that notices when nobody answers any more. A firewall that forgets a connection
 * tells neither side; the kernel goes on sending for a quarter of an hour, and until then the query
 * that was sent, and every one behind it, hangs. Postgres ends each statement of ours by its own time
 * limit, so a silence that is longer than that proves the connection dead.
 *
 * What is sent over TLS does not pass through `write`, so there the kernel's own limit holds.
 */
import { Socket } from "node:net";

/** What postgres.js makes of the address; several hosts are tried in turn. */
interface Address {
  host: string[];
  port: number[];
  path?: string | false;
}

/** The option of postgres.js that makes it use watched sockets; its types do not know it. */
export function watchedSockets(silenceMs: number): object {
  let next = 0;
  return {
    socket({ host, port, path }: Address) {
      const turn = next++ % host.length;
      const to = { host: host[turn]!, port: port[turn]! };
      const socket = new Socket();
      // Written to at once: Node keeps what is written until the connection stands.
      if (path) socket.connect(path);
      else socket.connect(to);
      watch(socket, silenceMs); // only now, because `connect` resets `write`
      return Object.assign(socket, to); // where postgres.js looks for the name in the certificate
    },
  };
}

/** Ends the socket with ETIMEDOUT when something was sent and nothing came back in time. */
function watch(socket: Socket, silenceMs: number): void {
  let waiting: NodeJS.Timeout | null = null;
  const heard = () => {
    if (waiting) clearTimeout(waiting);
    waiting = null;
  };
  const giveUp = () => {
    const error = new Error(`The database was silent for ${silenceMs} ms.`);
    socket.destroy(Object.assign(error, { code: "ETIMEDOUT" }));
  };
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  Object.assign(socket, {
    write(...args: unknown[]) {
      waiting ??= setTimeout(giveUp, silenceMs).unref();
      return write(...args);
    },
  });
  socket.prependListener("data", heard);
  socket.once("close", heard);
}
