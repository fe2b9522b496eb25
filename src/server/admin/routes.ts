/** Pages for administrators alone: 404 where there is no token, 401 without the right one. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { sendJson } from "../http/content.ts";
import { notFound, type Route } from "../http/router.ts";
import type { AdminCheck } from "./token.ts";

export const QUEUES_PATH = "/admin/queues";

/** Its styles and icons are partly written in place; the fonts that it asks of another host stay away. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** What answers everything below a path, such as an Express application. */
export type SubHandler = (req: IncomingMessage, res: ServerResponse) => void;

/** The board of the job queue, made at its first use; it sees whole URLs. */
export function queueRoutes(check: AdminCheck, makeBoard: () => Promise<SubHandler>): Route[] {
  let board: Promise<SubHandler> | undefined;

  async function handle(req: IncomingMessage, res: ServerResponse, { path }: { path: string }) {
    const standing = check(req);
    if (standing === "off") return notFound(res, path);
    if (standing === "stranger") return refuse(res);
    // A queue that could not be reached is tried again by the next request.
    board ??= makeBoard().catch((error) => {
      board = undefined;
      throw error;
    });
    const answer = await board;
    // Nobody may show it inside another page, or keep it.
    res.setHeader("content-security-policy", POLICY);
    res.setHeader("x-frame-options", "DENY");
    res.setHeader("cache-control", "no-store");
    answer(req, res);
  }

  const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
  return [
    { path: QUEUES_PATH, methods, handle },
    { path: `${QUEUES_PATH}/`, methods, handle },
  ];
}

/** A browser then asks for a name and a password, its one way to be given a token. */
function refuse(res: ServerResponse): void {
  res.setHeader("www-authenticate", 'Basic realm="The password is ADMIN_TOKEN"');
  sendJson(res, 401, { error: "This needs the administrator's token." });
}
