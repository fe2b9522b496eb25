/**
 * The webhooks of this configuration: the Hub's, where it was given a secret. A call asks for a model
 * to be read that is read anyway: whoever may send hints does not thereby choose what is in the catalog.
 */
import type { Config } from "../config.ts";
import { catalogView } from "../db/catalog-view.ts";
import type { Database } from "../db/client.ts";
import { loadOrganizations } from "../ingest/organizations.ts";
import { readWebhook } from "../ingest/sources/hugging-face/webhook.ts";
import type { IncomingWebhook } from "../server/index.ts";
import type { QueueAccess } from "./queue-access.ts";

export interface IncomingDeps {
  config: Config;
  db: Database;
  queue: QueueAccess;
}

const HUB = "hugging-face";

export function createIncomingWebhooks({ config, db, queue }: IncomingDeps): IncomingWebhook[] {
  const { webhookSecret: secret, organizations: chosen } = config.hub;
  if (secret === null || !config.sources.enabled.includes(HUB)) return [];
  const organizations = chosen ?? loadOrganizations().map(({ id }) => id);

  async function isRead(huggingFaceId: string): Promise<boolean> {
    const owner = huggingFaceId.split("/", 1)[0]!;
    if (organizations.includes("*") || organizations.includes(owner)) return true;
    return (await catalogView(db).spelling([huggingFaceId])).size > 0;
  }

  return [
    {
      path: "/webhooks/hugging-face",
      secret,
      async accept(body) {
        const hint = readWebhook(body);
        if (hint === null || !(await isRead(hint.huggingFaceId))) return "IGNORED";
        const { huggingFaceId, revision } = hint;
        const isNew = await (await queue.get()).askForModel(HUB, huggingFaceId, revision);
        return isNew ? "QUEUED" : "WAITING";
      },
    },
  ];
}
