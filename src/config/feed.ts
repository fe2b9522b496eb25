/** The variables of the change feed: how far its log reaches back, and who is told of changes. */
import * as z from "zod";
import { wholeNumber } from "./values.ts";

export const feedVariables = {
  EVENT_RETENTION_DAYS: wholeNumber(0, 36_500)
    .default(0)
    .describe("Days that events stay in the change log; 0 keeps them for ever."),
  WEBHOOKS_FILE: z
    .string()
    .optional()
    .describe("JSON file of the webhooks that workers tell of changes; see docs/webhooks.md."),
};

const feedValues = z.object(feedVariables);

export interface FeedConfig {
  /** 0: for ever. */
  eventRetentionDays: number;
  webhooksFile: string | null;
}

export function readFeed(values: z.infer<typeof feedValues>): FeedConfig {
  return {
    eventRetentionDays: values.EVENT_RETENTION_DAYS,
    webhooksFile: values.WEBHOOKS_FILE ?? null,
  };
}
