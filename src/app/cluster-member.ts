/** One process of a cluster: what it tells the first one, asks of it, and how it is told to stop. */
import cluster from "node:cluster";
import { AggregatorRegistry, type Registry } from "prom-client";
import type { ClusterMessage } from "./cluster.ts";

export const isMember = cluster.isWorker;

/** Says that this process listens; the first one prints where. */
export function sayReady(url: string): void {
  process.send?.({ plimsoll: "ready", url } satisfies ClusterMessage);
}

/** Lets the first process ask for the metrics of this one. */
export function shareMetrics(registry: Registry): void {
  AggregatorRegistry.setRegistries(registry);
  new AggregatorRegistry();
}

/** The metrics of all processes together. */
export function metricsOfAll(): Promise<string> {
  return new Promise((resolve) => {
    const onMessage = (message: ClusterMessage) => {
      if (message.plimsoll !== "metrics") return;
      process.off("message", onMessage);
      resolve(message.text);
    };
    process.on("message", onMessage);
    process.send?.({ plimsoll: "metrics?" } satisfies ClusterMessage);
  });
}

/** Lets go of the first process; what it sends would otherwise keep this one alive. */
export function leaveCluster(): void {
  if (process.connected) process.disconnect();
}
