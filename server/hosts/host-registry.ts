import { HostTopic } from "../redis/host-topic.ts";
import type { Script, SharedRedis } from "../redis/shared-redis.ts";
import type { HostInfo, Hosts } from "./hosts.ts";

/**
 * One hash has all hosts: when each was heard of last, since when it is there, and its name. Who has not been heard of is removed
 * by whoever finds out.
 */
const SCRIPT: Script = {
  name: "hosts",
  source: `
function F.beat(a)
  local host, node, since, limit, quiet = unpack(a)
  local key, time = K .. 'hosts', now()
  local known = redis.call('HEXISTS', key, host)
  -- where nobody was heard of for a while it was Redis that could not hear
  local newest = 0
  for _, text in ipairs(redis.call('HVALS', key)) do
    newest = math.max(newest, tonumber(string.match(text, '^%d+')))
  end
  local deaf = time - newest > quiet * 1
  redis.call('HSET', key, host, string.format('%d %s %s', time, since, node))
  redis.call('PEXPIRE', key, limit * 10)
  if known == 0 then tell('*', ${HostTopic.HOSTS}, host) end
  local all, answer = redis.call('HGETALL', key), {known}
  for place = 1, #all, 2 do
    local heard, began, name = string.match(all[place + 1], '^(%d+) (%d+) (.*)$')
    if time - heard > tonumber(limit) and not deaf then redis.call('HDEL', key, all[place])
    else
      if deaf then redis.call('HSET', key, all[place], string.format('%d %s %s', time, began, name)) end
      answer[#answer + 1] = all[place]
      answer[#answer + 1] = began
      answer[#answer + 1] = name
    end
  end
  return answer
end
function F.leave(a)
  redis.call('HDEL', K .. 'hosts', a[1])
  tell('*', ${HostTopic.HOSTS}, a[1])
end
`,
};

const EVERY_MS = 1_000;
/** Of several hosts one is heard of at least so often, in milliseconds. */
const QUIET_MS = 3_000;
/** Who has not been heard of for so long counts as dead, in milliseconds. */
export const DEAD_MS = 5_000;
/** Where Redis has forgotten all hosts, how long they have to say again that they are there, in milliseconds. */
const AGAIN_MS = 3_000;
/** How long the end of this host may wait for Redis to hear of it, in milliseconds. */
const LEAVE_MS = 1_000;

export interface HostRegistryOptions {
  readonly redis: SharedRedis;
  /** This host's name. */
  readonly node: string;
}

/** Tells Redis once a second that this host lives, and hears so of all others. */
export class HostRegistry implements Hosts {
  readonly #redis: SharedRedis;
  readonly #node: string;
  readonly #since = Date.now();
  readonly #timer: NodeJS.Timeout;
  readonly #gone: ((host: string) => void)[] = [];
  readonly #declared: (() => void)[] = [];
  readonly #changed: (() => void)[] = [];
  readonly #known: Promise<void>;
  #isKnown: () => void = () => undefined;
  #alive: ReadonlyMap<string, HostInfo>;
  /** Until when nobody is taken for dead, by `performance.now()`. */
  #patientUntil = 0;
  #closed = false;
  /** Whether Redis has heard of this host since it could be reached. */
  #told = false;

  constructor({ redis, node }: HostRegistryOptions) {
    this.#redis = redis;
    this.#node = node;
    this.#alive = new Map([[redis.host, { id: redis.host, node, since: this.#since }]]);
    this.#known = new Promise((resolve) => {
      this.#isKnown = resolve;
    });
    this.#timer = setInterval(() => this.#beat(), EVERY_MS).unref();
    redis.listen(HostTopic.HOSTS, (host) => {
      if (host.toString() !== this.own) this.#beat();
    });
    redis.watch({
      up: () => this.#beat(),
      down: () => {
        this.#told = false;
      },
    });
  }

  get own(): string {
    return this.#redis.host;
  }

  get alive(): ReadonlyMap<string, HostInfo> {
    return this.#alive;
  }

  onGone(gone: (host: string) => void): void {
    this.#gone.push(gone);
  }

  onChange(changed: () => void): void {
    this.#changed.push(changed);
  }

  onDeclaredDead(declared: () => void): void {
    this.#declared.push(declared);
  }

  /** Resolves when the others have been told of this host. */
  get known(): Promise<void> {
    return this.#known;
  }

  /** Tells the others that this host ends. */
  close(): Promise<void> {
    clearInterval(this.#timer);
    this.#closed = true;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, LEAVE_MS);
      this.#redis.run(SCRIPT, PARTITION, "leave", [this.own], () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #beat(): void {
    if (!this.#redis.isUp || this.#closed) return;
    const args = [this.own, this.#node, String(this.#since), String(DEAD_MS), String(QUIET_MS)];
    this.#redis.run(SCRIPT, PARTITION, "beat", args, (error, answer) => {
      if (error === undefined) this.#heard(answer as [number, ...Buffer[]]);
    });
  }

  #heard([known, ...texts]: [number, ...Buffer[]]): void {
    const before = this.#alive;
    const alive = new Map<string, HostInfo>();
    for (let at = 0; at < texts.length; at += 3) {
      const [id = "", since = "", node = ""] = texts.slice(at, at + 3).map(String);
      alive.set(id, before.get(id) ?? { id, node, since: Number(since) });
    }
    const isForgotten = known === 0 && this.#told;
    const now = performance.now();
    if (isForgotten) this.#patientUntil = now + AGAIN_MS;
    if (now < this.#patientUntil) for (const [id, host] of before) if (!alive.has(id)) alive.set(id, host);
    this.#alive = alive;
    this.#told = true;
    this.#isKnown();
    if (isForgotten) for (const declared of this.#declared) declared();
    for (const host of before.keys()) {
      if (!alive.has(host)) for (const gone of this.#gone) gone(host);
    }
    const isSame = before.size === alive.size && [...alive.keys()].every((id) => before.has(id));
    if (!isSame) for (const changed of this.#changed) changed();
  }
}

/** All of it is in one place. */
const PARTITION = "hosts";
