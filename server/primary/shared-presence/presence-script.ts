import { HostTopic } from "../../redis/host-topic.ts";
import type { Script } from "../../redis/shared-redis.ts";

/** What nobody refreshes for so long is forgotten, in milliseconds. */
const KEEP_MS = 1_200_000;
/** Who was heard of so short a time ago is not gone, in milliseconds. */
export const FRESH_MS = 3_000;
/** What becomes of a question. */
export const AnswerStatus = { OK: 0, FULL: 1, FORGOTTEN: 2 } as const;
/** The first byte of a change: somebody came, or left. */
export const NEWS_JOIN = "+";

/**
 * Who is in the channels of one bucket. Of a channel there are
 *
 * - `s`, a hash of its connections: whose host each is of, and as which member it counts;
 * - `m`, a hash of its members: `n` and the key has the number of connections, `t` and the key what is told of it;
 * - `o`, their keys in the order in which they came;
 *
 * and of a bucket
 *
 * - `i` for each host, the connections that it has in the bucket, for when it is gone;
 * - `b`, when hosts have last said that they have some. Who is not in there has to tell all of its own again;
 * - `n`, the last place in an order.
 *
 * Nothing is told of a member but that it came, by its first connection, or left, with its last: so everything here may be
 * done twice.
 */
export const PRESENCE_SCRIPT: Script = {
  name: "presence",
  source: `
local function seats(channel) return K .. 'presence:s:' .. channel end
local function members(channel) return K .. 'presence:m:' .. channel end
local function order(channel) return K .. 'presence:o:' .. channel end
local function index(bucket, host) return K .. 'presence:i:' .. bucket .. ':' .. host end
local function beats(bucket) return K .. 'presence:b:' .. bucket end
local function places(bucket) return K .. 'presence:n:' .. bucket end

local function keep(channel)
  redis.call('PEXPIRE', seats(channel), ${KEEP_MS})
  redis.call('PEXPIRE', members(channel), ${KEEP_MS})
  redis.call('PEXPIRE', order(channel), ${KEEP_MS})
end

local function news(channel, change, key, place, text)
  publish('p:' .. channel, change .. struct.pack('<I4d', #key, place) .. key .. text)
end

local function answer(host, number, status, data)
  tell(host, ${HostTopic.PRESENCE_ANSWER}, struct.pack('<I4B', number, status) .. data)
end

local function rise(bucket, channel, connection, held)
  local host, key = string.match(held, '^(%S+) (.*)$')
  redis.call('HDEL', seats(channel), connection)
  redis.call('SREM', index(bucket, host), connection .. ' ' .. channel)
  if redis.call('HINCRBY', members(channel), 'n' .. key, -1) > 0 then return end
  local text = redis.call('HGET', members(channel), 't' .. key) or ''
  redis.call('HDEL', members(channel), 'n' .. key, 't' .. key)
  redis.call('ZREM', order(channel), key)
  news(channel, '-', key, 0, text)
end

local function sit(bucket, host, channel, connection, held, key, text)
  if held then
    if held == host .. ' ' .. key and (string.sub(key, 1, 1) == 'u'
      or redis.call('HGET', members(channel), 't' .. key) == text) then return end
    rise(bucket, channel, connection, held)
  end
  redis.call('HSET', seats(channel), connection, host .. ' ' .. key)
  redis.call('SADD', index(bucket, host), connection .. ' ' .. channel)
  redis.call('PEXPIRE', index(bucket, host), ${3 * KEEP_MS})
  if redis.call('HINCRBY', members(channel), 'n' .. key, 1) == 1 then
    local place = redis.call('INCR', places(bucket))
    if place == 1 then redis.call('PEXPIRE', places(bucket), ${3 * KEEP_MS}) end
    redis.call('HSET', members(channel), 't' .. key, text)
    redis.call('ZADD', order(channel), place, key)
    news(channel, '${NEWS_JOIN}', key, place, text)
  end
  if redis.call('HLEN', seats(channel)) == 1 then keep(channel) end
end

local function sweep(bucket, host, most)
  local entries = redis.call('SPOP', index(bucket, host), most)
  for _, entry in ipairs(entries) do
    local connection, channel = string.match(entry, '^(%S+) (.*)$')
    local held = redis.call('HGET', seats(channel), connection)
    if held and string.sub(held, 1, #host + 1) == host .. ' ' then rise(bucket, channel, connection, held) end
  end
  return #entries
end

local function texts(channel, keys)
  if #keys == 0 then return {} end
  local fields = {}
  for place, key in ipairs(keys) do fields[place] = 't' .. key end
  return redis.call('HMGET', members(channel), unpack(fields))
end

-- a connection comes, or is somebody else; who has no seat yet is refused where there are too many
function F.enter(a)
  local host, number, bucket, most, channel, connection, key, text = unpack(a)
  if not redis.call('ZSCORE', beats(bucket), host) then tell(host, ${HostTopic.PRESENCE_FORGOTTEN}, bucket) end
  local held = redis.call('HGET', seats(channel), connection)
  if not held and redis.call('HLEN', seats(channel)) >= tonumber(most) then
    return answer(host, number, ${AnswerStatus.FULL}, '')
  end
  sit(bucket, host, channel, connection, held, key, text)
  answer(host, number, ${AnswerStatus.OK}, '')
end

-- all of these are there, whoever has forgotten it
function F.again(a)
  for place = 3, #a, 4 do
    local channel, connection, key, text = unpack(a, place, place + 3)
    sit(a[1], a[2], channel, connection, redis.call('HGET', seats(channel), connection), key, text)
  end
end

function F.exit(a)
  for place = 3, #a, 2 do
    local channel, connection = a[place], a[place + 1]
    local held = redis.call('HGET', seats(channel), connection)
    if held then rise(a[1], channel, connection, held) end
    redis.call('SREM', index(a[1], a[2]), connection .. ' ' .. channel)
  end
end

-- counts, as many members as are asked for, or only the place of the answer among the news
function F.list(a)
  local host, number, channel, most, full = unpack(a)
  local data = ''
  if most == '0' then
    data = struct.pack('<I4I4', redis.call('HLEN', seats(channel)), redis.call('ZCARD', order(channel)))
  elseif full == '1' then
    local keys = redis.call('ZRANGE', order(channel), 0, most - 1)
    local all = texts(channel, keys)
    for place = 1, #keys do all[place] = all[place] or '\\192' end
    data = struct.pack('>BI4', 0xdd, #keys) .. table.concat(all)
  end
  answer(host, number, ${AnswerStatus.OK}, data)
end

-- members behind a place, with their keys; not where this host is not known any more, as then others may be missing as well
function F.page(a)
  local host, number, bucket, channel, after, most = unpack(a)
  if not redis.call('ZSCORE', beats(bucket), host) then return answer(host, number, ${AnswerStatus.FORGOTTEN}, '') end
  local found = redis.call('ZRANGEBYSCORE', order(channel), '(' .. after, '+inf', 'WITHSCORES', 'LIMIT', 0, most)
  local keys, parts = {}, {}
  for place = 1, #found, 2 do keys[#keys + 1] = found[place] end
  local all = texts(channel, keys)
  for place, key in ipairs(keys) do
    local text = all[place] or ''
    parts[place] = struct.pack('<I4I4d', #key, #text, tonumber(found[2 * place])) .. key .. text
  end
  answer(host, number, ${AnswerStatus.OK}, table.concat(parts))
end

-- a host has connections in this bucket still. It is told of one that has not said so for long, though it had some. Where no host
-- is known to, as when all was forgotten, others tell of theirs now, and not when they find that out
function F.beat(a)
  local bucket, host, stale = unpack(a)
  local known, time = redis.call('ZSCORE', beats(bucket), host), now()
  if not known and redis.call('EXISTS', beats(bucket)) == 0 then tell('*', ${HostTopic.PRESENCE_FORGOTTEN}, bucket) end
  redis.call('ZADD', beats(bucket), time, host)
  redis.call('PEXPIRE', beats(bucket), ${3 * KEEP_MS})
  redis.call('PEXPIRE', places(bucket), ${3 * KEEP_MS})
  redis.call('PEXPIRE', index(bucket, host), ${3 * KEEP_MS})
  local silent = redis.call('ZRANGEBYSCORE', beats(bucket), '-inf', time - stale, 'LIMIT', 0, 1)[1]
  if silent and redis.call('EXISTS', index(bucket, silent)) == 0 then
    redis.call('ZREM', beats(bucket), silent)
    silent = false
  end
  return {known and 1 or 0, silent or false}
end

function F.keep(a)
  for _, channel in ipairs(a) do keep(channel) end
end

-- what a host has in this bucket
function F.held(a)
  local bucket, host, cursor = unpack(a)
  return redis.call('SSCAN', index(bucket, host), cursor, 'COUNT', 200)
end

-- a host is gone: some of its connections are taken out. If it lives after all, it hears of it; if it was heard of just now,
-- nothing is done
function F.gone(a)
  local bucket, host, first = unpack(a)
  local heard = redis.call('ZSCORE', beats(bucket), host)
  if first == '1' then
    if heard and now() - heard < ${FRESH_MS} then return -1 end
    redis.call('ZREM', beats(bucket), host)
    tell(host, ${HostTopic.PRESENCE_FORGOTTEN}, bucket)
  elseif heard then return 0 end
  return sweep(bucket, host, 100)
end
`,
};
