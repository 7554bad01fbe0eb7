import type { AppError } from "../../../shared/errors.ts";
import type { Hosts } from "../../hosts/hosts.ts";
import type { Script, SharedRedis } from "../../redis/shared-redis.ts";
import { BUCKETS, bucketOf } from "../buckets.ts";
import type { ConnectCounts } from "../connect-counts.ts";

/** What a host has told counts for so long, in milliseconds. */
const KEEP_MS = 300_000;
/** How often it tells it again. */
const REFRESH_MS = 60_000;
/** Whoever has told something so short a time ago, in milliseconds, is not gone: who says so has found it out late. */
const FRESH_MS = 2_000;
/** Addresses that are told of at a time: a function takes 255 arguments. */
const CHUNK = 100;
const RETRY_MS = 1_000;
/** Addresses that are remembered to be told of later; of others Redis forgets by itself what it was told before. */
const MOST_DIRTY = 100_000;

/**
 * Of each address a hash: how many connections each host has from it, and until when that counts. A host that is gone is written
 * down as such, in each bucket, for as long as what it told could count, with until when; so nobody has to look for its addresses.
 */
const SCRIPT: Script = {
  name: "connects",
  source: `
local function gone(bucket) return K .. 'connects:dead:' .. bucket end
local function put(address, host, count)
  local key = K .. 'connects:' .. address
  if count == '0' then redis.call('HDEL', key, host)
  else
    redis.call('HSET', key, host, string.format('%s %.0f', count, now() + ${KEEP_MS}))
    redis.call('PEXPIRE', key, ${KEEP_MS})
  end
  return key
end
-- a host has so many from an address: @return how many there are on all
function F.count(a)
  local bucket, host, address, count = unpack(a)
  redis.call('HDEL', gone(bucket), host)
  local key, time, sum = put(address, host, count), now(), 0
  local all = redis.call('HGETALL', key)
  for place = 1, #all, 2 do
    local own, till = string.match(all[place + 1], '^(%d+) (%d+)$')
    local until_gone = tonumber(redis.call('HGET', gone(bucket), all[place]) or 0)
    if tonumber(till) < time or till - ${KEEP_MS} <= until_gone then redis.call('HDEL', key, all[place])
    else sum = sum + own end
  end
  return sum
end
-- the same of many addresses, of which nobody asks
function F.counts(a)
  redis.call('HDEL', gone(a[1]), a[2])
  for place = 3, #a, 2 do put(a[place], a[2], a[place + 1]) end
end
function F.gone(a)
  redis.call('HSET', gone(a[1]), a[2], string.format('%.0f', now() - ${FRESH_MS}))
  redis.call('PEXPIRE', gone(a[1]), ${2 * KEEP_MS})
end
`,
};

/** Told how many connections there are from an address, on all hosts; or why that cannot be known now. */
type Summed = (error: AppError | undefined, sum: number) => void;

/** How many connections there are from each address, on all hosts together: this one tells what it counts itself. */
export class SharedConnects {
  readonly #redis: SharedRedis;
  readonly #counts: ConnectCounts;
  readonly #timer: NodeJS.Timeout;
  /** Addresses of which Redis may have something wrong. */
  readonly #dirty = new Set<string>();
  #retry: NodeJS.Timeout | undefined;

  /** @param counts those of this host */
  constructor(redis: SharedRedis, hosts: Hosts, counts: ConnectCounts) {
    this.#redis = redis;
    this.#counts = counts;
    this.#timer = setInterval(() => this.#tellAll(), REFRESH_MS).unref();
    redis.watch({ up: () => this.#tellAll() });
    hosts.onDeclaredDead(() => this.#tellAll());
    hosts.onGone((host) => {
      for (let bucket = 0; bucket < BUCKETS; bucket++) {
        redis.run(SCRIPT, partitionOf(bucket), "gone", [String(bucket), host]);
      }
    });
  }

  /** There is one more from an address here. */
  added(address: string, summed: Summed): void {
    const bucket = bucketOf(address);
    const args = [String(bucket), this.#redis.host, address, String(this.#counts.of(address))];
    this.#redis.run(SCRIPT, partitionOf(bucket), "count", args, (error, sum) => {
      if (error !== undefined) this.#later([address]);
      summed(error, error === undefined ? Number(sum) : 0);
    });
  }

  /** There are fewer from some addresses here, or nobody asks how many there are in all. */
  changed(addresses: Iterable<string>): void {
    const byBucket = new Map<number, string[]>();
    for (const address of addresses) {
      const bucket = bucketOf(address);
      const known = byBucket.get(bucket);
      if (known === undefined) byBucket.set(bucket, [address]);
      else known.push(address);
    }
    for (const [bucket, all] of byBucket) {
      for (let at = 0; at < all.length; at += CHUNK) this.#tell(bucket, all.slice(at, at + CHUNK));
    }
  }

  close(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#retry);
  }

  #tell(bucket: number, addresses: readonly string[]): void {
    const args = addresses.flatMap((address) => [address, String(this.#counts.of(address))]);
    this.#redis.run(SCRIPT, partitionOf(bucket), "counts", [String(bucket), this.#redis.host, ...args], (error) => {
      if (error !== undefined) this.#later(addresses);
    });
  }

  #later(addresses: readonly string[]): void {
    for (const address of addresses) if (this.#dirty.size < MOST_DIRTY) this.#dirty.add(address);
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined;
      if (this.#redis.isUp) this.#tellDirty();
    }, RETRY_MS).unref();
  }

  #tellDirty(): void {
    const all = [...this.#dirty];
    this.#dirty.clear();
    this.changed(all);
  }

  #tellAll(): void {
    if (!this.#redis.isUp) return;
    this.changed(this.#counts.addresses);
    this.#tellDirty();
  }
}

function partitionOf(bucket: number): string {
  return `connects ${bucket}`;
}
