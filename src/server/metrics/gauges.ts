/**
 * What is looked at when somebody asks for the metrics: the feed, the sources, the queue. A part that
 * cannot be asked now leaves its figures out and says so, so that the others can still be had.
 */
import { type Aggregator, Gauge, type Registry } from "prom-client";
import type { Database } from "../../db/client.ts";
import { sourceStatuses } from "../../db/status.ts";
import type { EventFeed } from "../../events/feed.ts";
import { within } from "../../within.ts";

/** Milliseconds for one part; who reads metrics gives up after some ten seconds. */
const LOOK_MS = 3_000;

/** Jobs by state, and milliseconds that the oldest one has waited. */
export interface QueueFigures {
  waiting: number;
  active: number;
  delayed: number;
  failed: number;
  oldestMs: number;
}

export interface GaugeSources {
  db: Database;
  /** Null in a process without an API. */
  feed: EventFeed | null;
  /** Event streams that are open in this process. */
  streams: () => number;
  /** Gives null where the queue is not open in this process. */
  queue: () => Promise<QueueFigures | null>;
}

const SOURCE_GAUGES = {
  healthy: "1 when the last run of a source went well, else 0.",
  last_success_timestamp_seconds: "When a source was last read completely, in seconds since 1970.",
  set_aside: "Records of a source that are set aside.",
} as const;

/** How the figures of several processes become one: most say the same, so the largest is taken. */
const AGGREGATORS: Record<string, Aggregator> = {
  feed_subscribers: "sum",
  feed_listening: "min",
  part_up: "min",
};

/** Adds the gauges to a registry. */
export function addGauges(registry: Registry, { db, feed, queue, streams }: GaugeSources): void {
  let looking: Promise<void> | null = null;
  /** One look serves all gauges that are read at the same time. */
  const refresh = (): Promise<void> => {
    looking ??= lookAtAll().finally(() => {
      looking = null;
    });
    return looking;
  };
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) => {
    const aggregator = AGGREGATORS[name] ?? "max";
    const collect = refresh;
    const registers = [registry];
    return new Gauge({
      name: `plimsoll_${name}`,
      help,
      labelNames,
      aggregator,
      collect,
      registers,
    });
  };

  const up = gauge("part_up", "1 when a part could be asked for its figures, else 0.", "part");
  const jobs = gauge("queue_jobs", "Jobs in the queue, by state.", "state");
  const oldest = gauge("queue_oldest_seconds", "How long the next job has waited.");
  const version = gauge("catalog_version", "Number of the newest event in the database.");
  const subscribers = gauge("feed_subscribers", "Subscriptions that are open in this process.");
  const lag = gauge("feed_lag_events", "Events in the database that this process has not read.");
  const listening = gauge("feed_listening", "1 when notifications of new events arrive, else 0.");
  const sources = Object.fromEntries(
    Object.entries(SOURCE_GAUGES).map(([name, help]) => [
      name,
      gauge(`source_${name}`, help, "source"),
    ]),
  ) as Record<keyof typeof SOURCE_GAUGES, Gauge<"source">>;

  const parts: Record<string, () => Promise<void>> = {
    async queue() {
      const figures = await queue();
      if (!figures) return;
      const { oldestMs, ...states } = figures;
      for (const [state, count] of Object.entries(states)) jobs.set({ state }, count);
      oldest.set(oldestMs / 1000);
    },

    async sources() {
      for (const each of Object.values(sources)) each.reset();
      for (const { id: source, healthy, lastSuccessAt, quarantined } of await sourceStatuses(db)) {
        sources.healthy.set({ source }, healthy ? 1 : 0);
        sources.set_aside.set({ source }, quarantined);
        if (lastSuccessAt) {
          const seconds = Date.parse(lastSuccessAt) / 1000;
          sources.last_success_timestamp_seconds.set({ source }, seconds);
        }
      }
    },

    async feed() {
      if (!feed) return;
      const { newest: read } = feed;
      const newest = await feed.version();
      version.set(newest);
      subscribers.set(streams());
      listening.set(feed.listening ? 1 : 0);
      lag.set(Math.max(0, newest - read));
    },
  };

  async function lookAtAll(): Promise<void> {
    const looks = Object.entries(parts).map(async ([part, look]) => {
      const answered = await within(look(), LOOK_MS, `${part} did not answer in time`).then(
        () => true,
        () => false,
      );
      up.set({ part }, answered ? 1 : 0);
    });
    await Promise.all(looks);
  }
}
