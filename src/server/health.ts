/**
 * Health for load balancers and people. Live means that the process answers at all; ready means that
 * it should be sent requests now, and the reasons say why not.
 */
import type { ServerResponse } from "node:http";
import { messageOf } from "../errors.ts";
import { within } from "../within.ts";
import { sendJson } from "./http/content.ts";

export interface Readiness {
  ready: boolean;
  /** Why it is not ready. */
  reasons: string[];
  /** What is wrong without being in the way of an answer. */
  warnings?: string[];
}

/** Milliseconds that the check may take; a probe that hangs tells nobody anything. */
const CHECK_MS = 3_000;
const LATE = `The readiness check took more than ${CHECK_MS} ms.`;

export function sendLiveness(res: ServerResponse): void {
  sendJson(res, 200, { live: true });
}

/** Answers 200 or 503 with the reasons. A check that fails or hangs is a reason like any other. */
export async function sendReadiness(
  res: ServerResponse,
  check: () => Promise<Readiness>,
  stopping: boolean,
): Promise<void> {
  const readiness: Readiness = stopping
    ? { ready: false, reasons: ["The server is stopping."] }
    : await within(check(), CHECK_MS, LATE).catch((error) => ({
        ready: false,
        reasons: [messageOf(error)],
      }));
  sendJson(res, readiness.ready ? 200 : 503, readiness);
}
