/**
 * Subscriptions as server-sent events, each on a connection of its own (the "distinct connections mode"
 * of GraphQL over SSE). Every event carries its number as the `id` of the message, so a browser's
 * `EventSource` that lost its connection goes on by itself where it was.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type EventStreams, message } from "./event-stream.ts";
import type { Opener } from "./results.ts";
import type { Operation } from "./shared.ts";

const COMPLETE = message("complete", "");

export interface DistinctOptions {
  streams: EventStreams;
  open: Opener;
}

export type StreamSender = (
  req: IncomingMessage,
  res: ServerResponse,
  operation: Operation,
) => Promise<boolean>;

/** Makes the function that answers with a stream; false when the operation is refused. */
export function createStreamSender({ streams, open }: DistinctOptions): StreamSender {
  return async (req, res, operation) => {
    const after = lastEventId(req);
    const opened = await open({ ...operation, ...(after !== undefined && { after }) });
    if ("refused" in opened) return false;
    if (res.destroyed) return true;
    const stream = streams.open(res, (json) => message("next", json) + COMPLETE);
    void (async () => {
      for await (const { json, number } of opened.results(stream.gone)) {
        const sent = stream.send(message("next", json, number));
        if (!(sent === true || (await sent))) return;
      }
      stream.end(COMPLETE);
    })();
    return true;
  };
}

/** What a browser sends when it reconnects by itself. */
function lastEventId(req: IncomingMessage): number | undefined {
  const header = req.headers["last-event-id"];
  return typeof header === "string" && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}
