/**
 * The webhooks that an operator configured, from a JSON file: who is told, of what, and with which
 * secret it is signed. The file is trusted with secrets, so mistakes name a member and never its value.
 */
import { readFile } from "node:fs/promises";
import * as z from "zod";
import { EVENT_KINDS } from "../../db/tables.ts";
import { messageOf, PlimsollError } from "../../errors.ts";

/** A secret as Standard Webhooks wants it: 24 to 64 random bytes. */
const SECRET = /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/;

const endpoint = z
  .strictObject({
    /** Names the endpoint; its position is kept under this. */
    id: z.string().regex(/^[\w.-]{1,64}$/, "must be 1 to 64 letters, digits, dots or dashes"),
    url: z.url({ protocol: /^https?$/, error: "must be an http or https URL" }),
    secret: z.string().regex(SECRET, "must be `whsec_` and 24 to 64 random bytes as base64"),
    /** What is told; everything when left out. */
    filter: z
      .strictObject({
        kinds: z.array(z.enum(EVENT_KINDS)).optional(),
        family: z.string().optional(),
        organization: z.string().optional(),
        model: z.string().optional(),
      })
      .default({}),
    /** Allows plain HTTP and addresses of the operator's own network. */
    allowPrivateNetwork: z.boolean().default(false),
  })
  .refine(({ url, allowPrivateNetwork }) => allowPrivateNetwork || url.startsWith("https:"), {
    path: ["url"],
    message: "must be https, unless allowPrivateNetwork is true",
  });

const file = z
  .array(endpoint)
  .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, "ids must differ");

export type Endpoint = z.infer<typeof endpoint>;

/** Reads the file. Throws `BAD_CONFIGURATION` that lists every mistake. */
export async function readEndpoints(path: string): Promise<Endpoint[]> {
  let given: unknown;
  try {
    given = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    // What a parser says of a file of secrets may quote it.
    const why = error instanceof SyntaxError ? "It is not JSON." : messageOf(error);
    throw new PlimsollError("BAD_CONFIGURATION", `WEBHOOKS_FILE=${path} cannot be read: ${why}`);
  }
  const parsed = file.safeParse(given);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map(
    ({ path, message }) => `  ${path.join(".")}: ${message}`,
  );
  const text = `WEBHOOKS_FILE=${path} cannot be used:\n${mistakes.join("\n")}`;
  throw new PlimsollError("BAD_CONFIGURATION", text);
}
