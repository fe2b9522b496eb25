/** The budget of all workers, kept in Redis beside the job queue; it expires with its window. */
import type { Cluster, Redis } from "ioredis";
import { type Announced, type Budget, SAME_WINDOW_MS } from "../http/budget.ts";

const NOW = `
  local time = redis.call("TIME")
  local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

/** Takes one where there is one, after starting a new window where the old one has ended. */
const TAKE = `${NOW}
  local b = redis.call("HMGET", KEYS[1], "remaining", "resetAt", "quota", "windowMs")
  if not b[1] then return 0 end
  local remaining, resetAt = tonumber(b[1]), tonumber(b[2])
  if resetAt <= now then
    if b[3] == "" or b[4] == "" then return 0 end
    remaining, resetAt = tonumber(b[3]), now + tonumber(b[4])
  end
  if remaining <= 0 then return resetAt - now end
  redis.call("HSET", KEYS[1], "remaining", remaining - 1, "resetAt", resetAt)
  return 0`;

const LEARN = `${NOW}
  local remaining, resetAt = tonumber(ARGV[1]), now + tonumber(ARGV[2])
  local b = redis.call("HMGET", KEYS[1], "remaining", "resetAt")
  if b[1] and tonumber(b[2]) > now then
    local ahead = resetAt - tonumber(b[2])
    if ahead < -${SAME_WINDOW_MS} then return end
    if ahead < ${SAME_WINDOW_MS} then remaining = math.min(remaining, tonumber(b[1])) end
  end
  redis.call("HSET", KEYS[1], "remaining", remaining, "resetAt", resetAt,
    "quota", ARGV[3], "windowMs", ARGV[4])
  redis.call("PEXPIRE", KEYS[1], 3600000)`;

export function createRedisBudget(redis: Redis | Cluster): Budget {
  const key = (bucket: string) => `plimsoll:budget:${bucket}`;
  return {
    async take(bucket) {
      return Number(await redis.eval(TAKE, 1, key(bucket)));
    },
    async learn(bucket, { remaining, resetMs, quota, windowMs }: Announced) {
      await redis.eval(LEARN, 1, key(bucket), remaining, resetMs, quota ?? "", windowMs ?? "");
    },
  };
}
