/** Reading the body of a request into memory, up to a bound. */
import type { IncomingMessage } from "node:http";

/**
 * The bytes; null when there are more than `maxBytes`, of which the rest is thrown away as it comes, or
 * when the client stopped in the middle, and then nobody is there to be answered.
 */
export function readBody(req: IncomingMessage, maxBytes: number): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    req.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBytes) chunks.push(chunk);
      else {
        chunks.length = 0;
        resolve(null);
      }
    });
    req.on("end", () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    req.on("error", () => resolve(null));
  });
}
