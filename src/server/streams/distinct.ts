/**
 * Subscriptions as server-sent events, each on a connection of its own (the "distinct connections mode"
 * of GraphQL over SSE). Every event carries its number as the `id` of the message, so a browser's
 * `EventSource` that lost its connection goes on by itself where it was.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { GraphQLError } from "graphql";
import { COMPLETE, type EventStream, type EventStreams, message } from "./event-stream.ts";
import type { Opener, Results } from "./results.ts";
import type { Operation } from "./shared.ts";

export interface DistinctOptions {
  streams: EventStreams;
  open: Opener;
  mask: (error: unknown) => GraphQLError;
}

export type StreamSender = (
  req: IncomingMessage,
  res: ServerResponse,
  operation: Operation,
) => Promise<boolean>;

/** Makes the function that answers with a stream; false when the operation is refused. */
export function createStreamSender({ streams, open, mask }: DistinctOptions): StreamSender {
  return async (req, res, operation) => {
    const after = lastEventId(req);
    const opened = await open({ ...operation, ...(after !== undefined && { after }) });
    if ("refused" in opened) return false;
    if (res.destroyed) return true;
    const stream = streams.open(res, (json) => message("next", json) + COMPLETE);
    if (opened.shared) {
      const { live, start } = opened.shared;
      void live.follow({ stream, position: start.after ?? 0 });
    } else {
      sendAll(stream, opened.results).catch((error: unknown) =>
        stream.stop(JSON.stringify({ errors: [mask(error)] })),
      );
    }
    return true;
  };
}

async function sendAll(stream: EventStream, results: Results): Promise<void> {
  const leaving = new AbortController();
  stream.onGone = () => leaving.abort();
  for await (const { json } of results(leaving.signal)) {
    if (!stream.send(message("next", json)) && !(await stream.drained())) return;
  }
  stream.end(COMPLETE);
}

/** What a browser sends when it reconnects by itself. */
function lastEventId(req: IncomingMessage): number | undefined {
  const header = req.headers["last-event-id"];
  return typeof header === "string" && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}
