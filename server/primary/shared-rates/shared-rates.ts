import type { AppError } from "../../../shared/errors.ts";
import { type Rate, ROUNDING_MS } from "../../rates/rate.ts";
import type { Script, SharedRedis } from "../../redis/shared-redis.ts";

/**
 * The arithmetic of `server/rates/bucket.ts`: of each user and address, and of what they do, one number is kept, the moment when
 * all of the rate is there again. With it stands which rate that is, and at that moment it is forgotten.
 */
const SCRIPT: Script = {
  name: "rates",
  source: `
local function full(key, rate)
  local held = redis.call('GET', key)
  local at, of = string.match(held or '', '^(%S+) (.*)$')
  return of == rate and tonumber(at) or 0
end
local function put(key, rate, at, time)
  redis.call('SET', key, string.format('%.17g ', at) .. rate, 'PX', math.max(1, math.ceil(at - time)))
end
-- so many are taken, or none
function F.take(a)
  local key, count, interval, burst = K .. 'rate:' .. a[1], tonumber(a[2]), tonumber(a[3]), tonumber(a[4])
  local rate, time = a[3] .. ' ' .. a[4], now()
  local at = math.max(full(key, rate), time) + count * interval
  local missing = at - time - burst
  if missing > ${ROUNDING_MS} then return math.ceil(missing - ${ROUNDING_MS}) end
  put(key, rate, at, time)
  return 0
end
-- so many were taken, whether they were there or not
function F.spend(a)
  local key, count, interval, burst = K .. 'rate:' .. a[1], tonumber(a[2]), tonumber(a[3]), tonumber(a[4])
  local rate, time = a[3] .. ' ' .. a[4], now()
  local at = math.min(math.max(full(key, rate), time) + count * interval, time + 2 * burst)
  put(key, rate, at, time)
  return math.max(0, math.ceil(at + interval - time - burst - ${ROUNDING_MS}))
end
`,
};

/** Told how long to wait, in milliseconds; or why that cannot be known now. */
export type Counted = (error: AppError | undefined, wait: number) => void;

/** What users and addresses have done on all hosts together. */
export class SharedRates {
  readonly #redis: SharedRedis;

  constructor(redis: SharedRedis) {
    this.#redis = redis;
  }

  /** Takes so many, or nothing. @param counted with 0, or after how many milliseconds there are so many */
  take(key: string, rate: Rate, count: number, counted: Counted): void {
    this.#run("take", key, rate, count, counted);
  }

  /** So many were taken. @param counted with 0, or after how many milliseconds there is one more */
  spend(key: string, rate: Rate, count: number, counted: Counted): void {
    this.#run("spend", key, rate, count, counted);
  }

  #run(name: string, key: string, { intervalMs, burstMs }: Rate, count: number, counted: Counted): void {
    const args = [key, String(count), String(intervalMs), String(burstMs)];
    this.#redis.run(SCRIPT, key, name, args, (error, wait) => counted(error, error === undefined ? Number(wait) : 0));
  }
}
