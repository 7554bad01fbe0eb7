import { HostTopic } from "../../redis/host-topic.ts";

/**
 * Users, as Redis has them: `u:` and the name, a sorted set of the sessions of each, by when they may be forgotten; and
 * `revoked`, one of all that were revoked, by when that was.
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

local function trim_revoked(key, time, kept, most)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', time - kept)
  redis.call('ZREMRANGEBYRANK', key, 0, -1 - most)
  redis.call('PEXPIRE', key, kept)
end

-- a user is revoked, which all hosts are told
function F.revoke(a)
  local user, time, code, number, origin, kept, most = unpack(a)
  local key = K .. 'revoked'
  tell('*', ${HostTopic.USER_REVOKED}, struct.pack('<dI2I4', time, code, number) .. long(origin) .. user)
  redis.call('ZADD', key, time, user)
  trim_revoked(key, time, kept, most)
end

-- revocations that Redis may have forgotten; it may know of later ones
function F.remember_revoked(a)
  local time, kept, most, blob = unpack(a)
  local key, score = K .. 'revoked', nil
  each(blob, function(text)
    if not score then score = text
    else
      local known = redis.call('ZSCORE', key, text)
      if not known or tonumber(known) < tonumber(score) then redis.call('ZADD', key, score, text) end
      score = nil
    end
  end)
  trim_revoked(key, time, kept, most)
end

function F.count_revoked() return redis.call('ZCARD', K .. 'revoked') end

-- who was revoked, from one time on: a user, and when, after the other, the first first, and no more of them than asked for
function F.revoked(a)
  return redis.call('ZRANGEBYSCORE', K .. 'revoked', a[1], '+inf', 'WITHSCORES', 'LIMIT', a[2], a[3])
end
`;
