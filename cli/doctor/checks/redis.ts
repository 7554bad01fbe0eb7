import { placeOf } from "../../../server/links/place-of.ts";
import { type RedisLink, RedisRefusal } from "../../../server/links/redis.ts";
import { type Check, type Finding, ok, problem, warning } from "../check.ts";
import { redisOf, redisUrls } from "../system/redis-servers.ts";
import { reasonOf } from "../words.ts";

/** Slower than this is not the same data centre. */
const SLOW_MS = 20;
const OLDEST = 6;

export const redis: Check = {
  name: "Redis",
  async run({ config, signal }) {
    const all = await Promise.all(
      redisUrls(config).map(async ({ name, url }) => {
        try {
          const found = await redisOf(url, signal, judgeRedis);
          return found.flat();
        } catch (error) {
          return [
            problem(`${name}: ${reasonOf(error)}`, `look whether Redis runs, and at ${name}: address, user, password`),
          ];
        }
      }),
    );
    return all.flat();
  },
};

async function judgeRedis(link: RedisLink, url: string): Promise<readonly Finding[]> {
  const where = placeOf(url);
  const began = performance.now();
  await link.command(["PING"]);
  const ms = performance.now() - began;
  const info = await infoOf(link);
  const version = info?.get("redis_version") ?? "unknown";
  const findings = [ok(`${where}: version ${version}, ${ms.toFixed(1)} ms there and back`)];
  if (ms > SLOW_MS) {
    findings.push(warning(`${where} is ${Math.round(ms)} ms away`, "have it in the same network as the servers"));
  }
  if (Number(version.split(".")[0]) < OLDEST) {
    findings.push(warning(`${where} is of version ${version}`, `use Redis ${OLDEST} or later`));
  }
  if (info === undefined) {
    findings.push(
      warning(`${where} does not tell this user how it is set up`, "ACL SETUSER <user> +info, and look again"),
    );
  } else findings.push(...judgeInfo(where, info));
  try {
    await link.command(["EVAL", "return 1", "0"]);
  } catch (error) {
    findings.push(
      problem(`${where}: scripts may not be run: ${reasonOf(error)}`, "ACL SETUSER <user> +eval +evalsha +@scripting"),
    );
  }
  return findings;
}

/** Undefined where this user may not ask. */
async function infoOf(link: RedisLink): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    return parseInfo(String(await link.command(["INFO"])));
  } catch (error) {
    if (error instanceof RedisRefusal) return undefined;
    throw error;
  }
}

/** What `INFO` says, by its names. */
export function parseInfo(text: string): ReadonlyMap<string, string> {
  return new Map(
    text
      .split(/\r?\n/)
      .map((line) => /^([a-z_]+):(.*)$/.exec(line))
      .flatMap((match) => (match === null ? [] : [[match[1] ?? "", match[2] ?? ""] as const])),
  );
}

/** What of it does not fit what is kept there. */
export function judgeInfo(where: string, info: ReadonlyMap<string, string>): readonly Finding[] {
  const policy = info.get("maxmemory_policy") ?? "noeviction";
  const findings: Finding[] = [];
  if (policy !== "noeviction") {
    findings.push(
      warning(
        `${where}: maxmemory-policy is ${policy}: Redis throws away what servers keep there when its memory is full`,
        "CONFIG SET maxmemory-policy noeviction, and in redis.conf",
      ),
    );
  }
  if (info.get("aof_enabled") === "0") {
    findings.push(
      warning(
        `${where}: appendonly is off: what came since the last snapshot is gone when Redis dies`,
        "CONFIG SET appendonly yes, and in redis.conf, where histories and jobs are to last (docs/DELIVERY.md)",
      ),
    );
  }
  if (info.get("role") === "slave" && info.get("cluster_enabled") !== "1") {
    findings.push(
      problem(
        `${where} is a replica, and takes no writes`,
        "name the master, or its Sentinels: redis-sentinel://host,host/name",
      ),
    );
  }
  if (info.get("loading") === "1") findings.push(warning(`${where} still reads its file`, "wait, and look again"));
  return findings;
}
