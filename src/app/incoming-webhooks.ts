/** The webhooks of this configuration: the Hub's, where it was given a secret. */
import type { Config } from "../config.ts";
import { readWebhook } from "../ingest/sources/hugging-face/webhook.ts";
import type { IncomingWebhook } from "../server/index.ts";
import type { OpenCommands } from "./commands.ts";

export function createIncomingWebhooks(
  config: Config,
  { hint }: Pick<OpenCommands, "hint">,
): IncomingWebhook[] {
  const { webhookSecret: secret } = config.hub;
  if (secret === null) return [];
  return [
    {
      path: "/webhooks/hugging-face",
      secret,
      async accept(body) {
        const found = readWebhook(body);
        return found === null ? "IGNORED" : hint(found.huggingFaceId, found.revision);
      },
    },
  ];
}
