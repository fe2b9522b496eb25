/** The subscribers of the bench: plain sockets that ask for a stream and note when something comes. */
import { connect, type Socket } from "node:net";

const port = Number(process.argv[2]);
const query = "subscription { catalogUpdated { number kind message model { slug name } } }";
const REQUEST = `GET /graphql?${new URLSearchParams({ query })} HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\n\r\n`;
/** Connections made at once; the kernel keeps some hundred waiting. */
const AT_ONCE = 100;

const sockets: Socket[] = [];
let arrivals: number[] = [];
let onAll = () => {};

/** Resolves when the stream is open, which its first comment tells. */
function open(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(REQUEST));
    socket.once("error", reject);
    socket.on("data", (chunk) => {
      if (chunk.includes("data: {")) {
        arrivals.push(Number(process.hrtime.bigint()) / 1e6);
        if (arrivals.length === sockets.length) onAll();
      } else if (chunk.includes(":\n\n")) resolve();
    });
    sockets.push(socket);
  });
}

process.on("message", async (message: { do: "open" | "expect"; count: number }) => {
  if (message.do === "open") {
    for (let left = message.count; left > 0; left -= AT_ONCE) {
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, left) }, open));
    }
    process.send!({ open: sockets.length });
  } else {
    arrivals = [];
    onAll = () => process.send!({ at: arrivals });
  }
});
