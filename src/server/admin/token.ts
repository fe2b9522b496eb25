/**
 * Who is an administrator: whoever sends the token that was configured, as `Authorization: Bearer`.
 * Both sides are hashed before they are compared, so that the time it takes tells neither what the
 * token is nor how long.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** `off`: no token is configured, so nobody is one. */
export type AdminStanding = "admin" | "stranger" | "off";

export type AdminCheck = (req: IncomingMessage) => AdminStanding;

/**
 * Makes the check for a token; null switches administration off.
 * @param options.byPassword also takes the token as the password of a browser's dialogue (Basic). A
 * browser sends that by itself, so requests that another site made it send are not believed.
 */
export function createAdminCheck(
  token: string | null,
  { byPassword = false }: { byPassword?: boolean } = {},
): AdminCheck {
  if (token === null) return () => "off";
  const expected = hash(token);
  return ({ headers }) => {
    const { authorization = "" } = headers;
    const sameSite = ["same-origin", "none", undefined].includes(siteOf(headers));
    const given = bearer(authorization) ?? (byPassword && sameSite ? password(authorization) : "");
    return timingSafeEqual(hash(given), expected) ? "admin" : "stranger";
  };
}

function siteOf(headers: IncomingMessage["headers"]): string | undefined {
  return headers["sec-fetch-site"] as string | undefined;
}

function bearer(authorization: string): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization)?.[1];
}

function password(authorization: string): string {
  const encoded = /^Basic +(\S+)$/i.exec(authorization)?.[1] ?? "";
  return Buffer.from(encoded, "base64")
    .toString("utf8")
    .replace(/^[^:]*:/, "");
}

function hash(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
