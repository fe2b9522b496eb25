/** The ceiling: a prebuilt answer of the same bytes, whatever is asked. */
import { createServer } from "node:http";
import { ready } from "./ready.js";

let body = Buffer.from("{}");
const server = createServer((req, res) => {
  if (req.method === "PUT") {
    const chunks = [];
    req.on("data", (chunk) => chunks.push(chunk));
    req.on("end", () => {
      body = Buffer.concat(chunks);
      res.end();
    });
    return;
  }
  req.resume();
  res.writeHead(200, { "content-type": "application/json", "content-length": body.length });
  res.end(body);
});
server.listen(0, "127.0.0.1", () => ready(server));
