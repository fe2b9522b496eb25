/**
 * A socket to Postgres that notices when nobody answers any more. A firewall that forgets a connection
 * tells neither side; the kernel goes on sending for a quarter of an hour, and until then the query
 * that was sent, and every one behind it, hangs. Postgres ends each statement of ours by its own time
 * limit, so a silence that is longer than that proves the connection dead.
 *
 * An error of a connection that stood is told as its end. postgres.js rejects what waits on a
 * connection that has ended; of one that has failed it forgets the statement that came between the
 * error and the end, and whoever sent it waits for ever.
 *
 * What goes over TLS passes by `write` and `data`, and is seen only in the counts of bytes, which are
 * looked at now and then.
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

/** How often the time is compared, and the bytes that passed by; a timer for each query costs more. */
const LOOK_MS = 250;

/** Ends the socket when something was sent and nothing came back in time. */
function watch(socket: Socket, silenceMs: number): void {
  let waitingSince: number | null = null;
  let established = false;
  /** Bytes that came as `data`; the socket counts more where TLS takes them first. */
  let seen = 0;
  const heard = () => {
    waitingSince = null;
  };
  const sent = () => {
    waitingSince ??= performance.now();
  };
  let [read, written] = [0, 0];
  const looking = setInterval(() => {
    const { bytesRead, bytesWritten } = socket;
    if (bytesRead > seen) {
      if (bytesRead > read) heard();
      else if (bytesWritten > written) sent();
    }
    [read, written] = [bytesRead, bytesWritten];
    if (waitingSince !== null && performance.now() - waitingSince > silenceMs) socket.destroy();
  }, LOOK_MS).unref();
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  const emit = socket.emit.bind(socket) as (...args: unknown[]) => boolean;
  Object.assign(socket, {
    write(...args: unknown[]) {
      sent();
      return write(...args);
    },
    emit(event: string, ...args: unknown[]) {
      if (!established || (event !== "error" && event !== "close")) return emit(event, ...args);
      return event === "error" || emit("close", false);
    },
  });
  socket.prependListener("data", (bytes: Buffer) => {
    seen += bytes.length;
    established ||= READY.equals(bytes.subarray(-6, -1));
    heard();
  });
  socket.once("close", () => clearInterval(looking));
}

/** The message by which Postgres says that it takes a statement, but for its last byte. */
const READY = Buffer.from("Z\0\0\0\x05");
