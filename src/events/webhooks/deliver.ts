/**
 * Telling one endpoint what it has not been told, in the order of the log. Its position is kept in the
 * database and moves only after an event was taken, so nothing is lost when a worker dies: at worst an
 * event is sent again, with the same id. An endpoint that has failed for days is left alone, and says so.
 */
import { eq, sql } from "drizzle-orm";
import { Webhook } from "standardwebhooks";
import type { Database } from "../../db/client.ts";
import { webhooks } from "../../db/tables.ts";
import { messageOf, PlimsollError } from "../../errors.ts";
import type { CatalogEvent } from "../filter.ts";
import { readRange, readState } from "../log-reader.ts";
import type { Endpoint } from "./endpoints.ts";
import { post } from "./post.ts";

/** Milliseconds of unbroken failure after which an endpoint is disabled. */
export const DISABLE_AFTER_MS = 3 * 86_400_000;

export interface DeliveryContext {
  db: Database;
  /** Ends the delivery between two events. */
  signal?: AbortSignal | undefined;
  now?: () => number;
}

/** Makes sure that each endpoint has a position; a new one is told what happens from now on. */
export async function enrol(db: Database, endpoints: Endpoint[]): Promise<void> {
  if (endpoints.length === 0) return;
  const { lastEvent } = await readState(db);
  const rows = endpoints.map(({ id }) => ({ id, position: lastEvent }));
  await db
    .insert(webhooks)
    .values(rows)
    // A worker that starts anew tries again what was given up.
    .onConflictDoUpdate({
      target: webhooks.id,
      set: {
        disabledAt: null,
        failingSince: sql`case when ${webhooks.disabledAt} is null then ${webhooks.failingSince} end`,
      },
    });
}

/** Ids of endpoints that have something to be told and are not given up. */
export async function behind(db: Database): Promise<string[]> {
  const rows = await db
    .select({ id: webhooks.id })
    .from(webhooks)
    .where(sql`${webhooks.disabledAt} is null and ${webhooks.position} <
      (select last_event from catalog_state)`);
  return rows.map(({ id }) => id);
}

/** Sends everything that is new. Throws when an event is not taken, so that the job is tried again. */
export async function deliver(
  endpoint: Endpoint,
  { db, signal, now = Date.now }: DeliveryContext,
): Promise<void> {
  const [row] = await db.select().from(webhooks).where(eq(webhooks.id, endpoint.id));
  if (!row || row.disabledAt !== null) return;
  const { lastEvent, logId, compactedThrough } = await readState(db);
  // What is no longer kept cannot be told; the numbers show the gap.
  let position = Math.max(row.position, compactedThrough);
  while (position < lastEvent && !signal?.aborted) {
    const range = { after: position, through: lastEvent, filter: endpoint.filter };
    const part = await readRange(db, range);
    for (const event of part.events) {
      if (signal?.aborted) return;
      try {
        await send(endpoint, event, logId, now());
      } catch (error) {
        await noteFailure(db, endpoint.id, error, now());
        throw error;
      }
      await notePosition(db, endpoint.id, event.number, now());
    }
    position = part.position;
    await notePosition(db, endpoint.id, position, null);
  }
}

async function send(endpoint: Endpoint, event: CatalogEvent, logId: string, now: number) {
  const { number, kind, at, ...rest } = event;
  const body = JSON.stringify({
    type: kind,
    timestamp: new Date(at).toISOString(),
    data: { log: logId, number, kind, ...rest },
  });
  const id = String(number);
  const time = new Date(now);
  const headers = {
    "content-type": "application/json",
    "user-agent": "plimsoll/0.1",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(now / 1000)),
    "webhook-signature": new Webhook(endpoint.secret).sign(id, time, body),
  };
  const anywhere = endpoint.allowPrivateNetwork;
  const { status } = await post({ url: endpoint.url, headers, body, anywhere });
  if (status >= 200 && status < 300) return;
  const why = status >= 300 && status < 400 ? "; redirects are not followed" : "";
  throw new PlimsollError("UPSTREAM_INVALID", `It answered with ${status}${why}.`, {
    retryable: true,
    details: { status },
  });
}

async function notePosition(db: Database, id: string, position: number, taken: number | null) {
  const delivered = taken === null ? {} : { lastDeliveryAt: new Date(taken).toISOString() };
  const well = taken === null ? {} : { failingSince: null, lastError: null };
  await db
    .update(webhooks)
    .set({ position: sql`greatest(${webhooks.position}, ${position})`, ...delivered, ...well })
    .where(eq(webhooks.id, id));
}

/** "Gone" means that nobody wants it any more; any other failure has to last. */
async function noteFailure(db: Database, id: string, error: unknown, now: number): Promise<void> {
  const gone = error instanceof PlimsollError && error.details.status === 410;
  const at = new Date(now).toISOString();
  const before = new Date(now - DISABLE_AFTER_MS).toISOString();
  await db
    .update(webhooks)
    .set({
      failingSince: sql`coalesce(${webhooks.failingSince}, ${at})`,
      lastError: messageOf(error),
      disabledAt: gone
        ? at
        : sql`case when ${webhooks.failingSince} < ${before} then ${at}::timestamptz end`,
    })
    .where(eq(webhooks.id, id));
}
