/** The port of its own for health: it is there before the API's port, and must not say ready before it. */
import { setTimeout as delay } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { createTestDatabase } from "../helpers/database.ts";
import { startPlimsoll } from "../helpers/plimsoll.ts";
import { freePort } from "../helpers/queue-backends.ts";

it.each(["start", "serve --workers 2"])(
  "says that it is ready once the API listens: %s",
  { timeout: 60_000 },
  async (command) => {
    const database = await createTestDatabase();
    onTestFinished(() => database.drop());
    const [port, metricsPort] = [await freePort(), await freePort()];
    const plimsoll = startPlimsoll(
      { DATABASE_URL: database.url, PORT: String(port), METRICS_PORT: String(metricsPort) },
      ...command.split(" "),
    );
    onTestFinished(async () => void (await (await plimsoll).stop()));
    const heard = new Set<string>();
    for (let ready = false; !ready; ) {
      await delay(50);
      const answer = await fetch(`http://127.0.0.1:${metricsPort}/readyz`).catch(() => null);
      if (!answer) continue;
      ready = answer.status === 200;
      const { reasons } = (await answer.json()) as { reasons: string[] };
      for (const reason of reasons) heard.add(reason);
    }
    expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200);
    expect([...heard]).toContain("The API does not listen yet.");
  },
);
