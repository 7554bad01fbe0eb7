import { CloseCode } from "../../../shared/codes.ts";
import { HostTopic } from "../../redis/host-topic.ts";

/**
 * Users, as Redis has them: `u:` and the name, a sorted set of the sessions of each, by when they may be forgotten; and
 * `revoked`, one of all that were revoked, by when Redis was told, as hosts may be late to; `revoked:of`, a hash, has of each
 * when that was and the close code.
 */
export const USER_FUNCTIONS = `
-- a session is that user's, and so many milliseconds more may come back
function F.has(a)
  local user, id, ms = unpack(a)
  local key, time = K .. 'u:' .. user, now()
  redis.call('ZREMRANGEBYSCORE', key, '-inf', time)
  redis.call('ZADD', key, time + ms, id)
  last_longer(key, ms)
end

function F.sessions_of(a)
  return redis.call('ZRANGEBYSCORE', K .. 'u:' .. a[1], now(), '+inf')
end

local function forget_revoked(users)
  if #users == 0 then return end
  redis.call('ZREM', K .. 'revoked', unpack(users))
  redis.call('HDEL', K .. 'revoked:of', unpack(users))
end

local function trim_revoked(kept, most)
  local key, details = K .. 'revoked', K .. 'revoked:of'
  forget_revoked(redis.call('ZRANGEBYSCORE', key, '-inf', now() - kept, 'LIMIT', 0, 1000))
  local more = redis.call('ZCARD', key) - most
  if more > 0 then forget_revoked(redis.call('ZRANGE', key, 0, math.min(more, 1000) - 1)) end
  redis.call('PEXPIRE', key, kept)
  redis.call('PEXPIRE', details, kept)
end

-- each comes after all before, be they of the same millisecond, so that they can be read page by page
local function add_revoked(user, time, code)
  local key, details = K .. 'revoked', K .. 'revoked:of'
  local known, last = redis.call('HGET', details, user), redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')[2]
  if known and struct.unpack('<d', known) > tonumber(time) then
    time = struct.unpack('<d', known)
  end
  redis.call('ZADD', key, math.max(now(), (tonumber(last) or 0) + 1 / 1024), user)
  redis.call('HSET', details, user, struct.pack('<dI2', time, code))
end

-- a user is revoked, which all hosts are told
function F.revoke(a)
  local user, time, code, number, origin, kept, most = unpack(a)
  tell('*', ${HostTopic.USER_REVOKED}, struct.pack('<dI2I4', time, code, number) .. long(origin) .. user)
  add_revoked(user, time, code)
  trim_revoked(kept, most)
end

-- revocations that Redis may have forgotten; it may know of later ones
function F.remember_revoked(a)
  local code, kept, most, blob = unpack(a)
  local time
  each(blob, function(text)
    if not time then time = text
    else
      if not redis.call('ZSCORE', K .. 'revoked', text) then add_revoked(text, time, code) end
      time = nil
    end
  end)
  trim_revoked(kept, most)
end

function F.count_revoked() return redis.call('ZCARD', K .. 'revoked') end

-- who was revoked, behind a place in the order of arrival, the first first, and no more of them than asked for: the time
-- now, the place of the last one, and of each the user, when that was, and the close code
function F.revoked(a)
  local some = redis.call('ZRANGEBYSCORE', K .. 'revoked', '(' .. a[1], '+inf', 'WITHSCORES', 'LIMIT', 0, a[2])
  local answer, unknown = {now(), some[#some] or ''}, struct.pack('<dI2', now(), ${CloseCode.UNAUTHENTICATED})
  for place = 1, #some, 2 do
    local time, code = struct.unpack('<dI2', redis.call('HGET', K .. 'revoked:of', some[place]) or unknown)
    answer[#answer + 1] = some[place]
    answer[#answer + 1] = string.format('%.17g', time)
    answer[#answer + 1] = code
  end
  return answer
end
`;
