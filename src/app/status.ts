/** `plimsoll status`: every source in one table, with the reasons of its last run below. */
import type { Config } from "../config.ts";
import {
  type SourceStatus,
  sourceStatuses,
  type WebhookStatus,
  webhookStatuses,
} from "../db/status.ts";
import { createLog } from "../log.ts";
import { openDatabase } from "./database.ts";
import { columns } from "./report-text.ts";

const HEAD = [
  "SOURCE",
  "HEALTH",
  "LAST RUN",
  "NEW",
  "CHANGED",
  "SAME",
  "NOT READ",
  "SET ASIDE",
  "NEXT RUN",
];

export async function statusCommand(config: Config, options: { json?: boolean }): Promise<void> {
  const database = await openDatabase(config, createLog(config.logLevel));
  try {
    const statuses = await sourceStatuses(database.db);
    const told = await webhookStatuses(database.db);
    if (options.json) {
      console.log(JSON.stringify({ sources: statuses, webhooks: told }));
      return;
    }
    console.log(formatStatus(statuses, new Date()));
    if (told.length > 0) console.log(`\n${formatWebhooks(told, new Date())}`);
  } finally {
    await database.close();
  }
}

export function formatStatus(statuses: SourceStatus[], now: Date): string {
  if (statuses.length === 0) return "No source was ever read: start the worker first.";
  const rows = statuses.map(({ id, healthy, lastRun, quarantined, nextRunAt }) => [
    id,
    healthy ? "ok" : "failing",
    lastRun ? `${lastRun.status.toLowerCase()} ${distance(lastRun.startedAt, now)}` : "never",
    ...[lastRun?.created, lastRun?.updated, lastRun?.unchanged, lastRun?.failed].map(
      (n) => `${n ?? "-"}`,
    ),
    String(quarantined),
    nextRunAt ? distance(nextRunAt, now) : "on request",
  ]);
  const notes = statuses.flatMap(({ id, lastError, reasons }) => [
    ...(lastError ? [`${id}: ${lastError}`] : []),
    ...reasons
      .slice(0, 5)
      .map(({ code, count, example }) => `${id}: ${count} × ${code}, such as: ${example}`),
  ]);
  return [...columns([HEAD, ...rows]), ...(notes.length > 0 ? ["", ...notes] : [])].join("\n");
}

export function formatWebhooks(webhooks: WebhookStatus[], now: Date): string {
  const rows = webhooks.map(
    ({ id, position, lastDeliveryAt, failingSince, lastError, disabledAt }) => [
      id,
      disabledAt
        ? "disabled"
        : failingSince
          ? `failing since ${distance(failingSince, now)}`
          : "ok",
      lastDeliveryAt ? distance(lastDeliveryAt, now) : "never",
      String(position),
      lastError ?? "",
    ],
  );
  return columns([["WEBHOOK", "HEALTH", "LAST TOLD", "UP TO", "ERROR"], ...rows]).join("\n");
}

/** `5 min ago`, `in 2 h`. */
function distance(time: string, now: Date): string {
  const minutes = Math.round((Date.parse(time) - now.getTime()) / 60_000);
  const size = Math.abs(minutes);
  const text =
    size < 90
      ? `${size} min`
      : size < 2880
        ? `${Math.round(size / 60)} h`
        : `${Math.round(size / 1440)} days`;
  return minutes > 0 ? `in ${text}` : `${text} ago`;
}
