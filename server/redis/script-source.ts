import { createHash } from "node:crypto";
import type { Script } from "./shared-redis.ts";

/** A script as Redis gets it. */
export interface WholeScript {
  readonly name: string;
  readonly source: string;
  /** What Redis knows it by once it has it. */
  readonly hash: string;
}

/** What stands before the functions. KEYS: what all keys begin with. ARGV: what channels begin with, and a batch of calls. */
const BEFORE = `
local F, K, P, S = {}, KEYS[1], ARGV[1], ARGV[2]
local function publish(channel, data) return redis.call('PUBLISH', P .. channel, data) end
local function tell(host, topic, data)
  redis.call('PUBLISH', P .. 'h:' .. (host == '*' and 'all' or host), string.char(topic) .. data)
end
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
`;

/**
 * What stands behind them: calls one after the other, each by name, with its arguments as texts; as written by `ScriptBatch`.
 * One that fails does not keep the others from being carried out.
 */
const BEHIND = `
local answers, count, at, size = {}, 0, 1, #S
while at <= size do
  local name, length, ok, answer
  name, length, at = struct.unpack('<Bc0B', S, at)
  local arguments = {}
  for place = 1, length do arguments[place], at = struct.unpack('<I4c0', S, at) end
  ok, answer = pcall(F[name], arguments)
  count = count + 2
  if not ok then
    answers[count - 1] = 0
    if type(answer) == 'table' then answers[count] = answer.err else answers[count] = tostring(answer) end
  else
    answers[count - 1] = 1
    if answer == nil then answers[count] = false else answers[count] = answer end
  end
end
return answers
`;

/** Puts together what Redis gets of a script's functions. */
export function wholeScript({ name, source }: Script): WholeScript {
  const whole = `${BEFORE}${source}${BEHIND}`;
  return { name, source: whole, hash: createHash("sha1").update(whole).digest("hex") };
}
