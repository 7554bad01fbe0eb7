import { HostTopic } from "../../redis/host-topic.ts";
import { REFRESH_MS, WRITING_MS } from "./session-times.ts";

/**
 * Sessions, as Redis has them: `s:` and the id, a hash. Its fields are `h`, the host that has it; `c`, its connection, or
 * the last that it had; `k`, the digest of its secret; `u`, its user; `p`, where that is proven; `n`, the highest turn; `m`, how
 * often it was changed by hosts that did not have it; and for each tag `t:` and its name, for each channel `c:` and its name.
 * One that has been ended has `o` alone, the close code, so that no host that has not heard of it brings it back. And in each
 * partition `known` is when all hosts have written theirs,
 * since whatever was there before was forgotten.
 */
export const SESSION_FUNCTIONS = `
local CHUNK = 200

local function each(blob, take)
  local at, text = 1, nil
  while at <= #blob do
    local length = struct.unpack('<I2', blob, at)
    text = string.sub(blob, at + 2, at + 1 + length)
    at = at + 2 + length
    take(text)
  end
end

-- fields of a hash, as many at once as a command may well have
local function in_chunks(command, key, blob)
  local some = {}
  each(blob, function(text)
    some[#some + 1] = text
    if #some == CHUNK then
      redis.call(command, key, unpack(some))
      some = {}
    end
  end)
  if #some > 0 then redis.call(command, key, unpack(some)) end
end

-- 0: there is none; 1: this host has it; 2: another one; 3 and a close code: it was ended
local function standing(key, host)
  local known = redis.call('HMGET', key, 'h', 'o')
  if known[2] then return 3, tonumber(known[2]) end
  if not known[1] then return 0 end
  if known[1] == host then return 1 end
  return 2, 0, known[1]
end

-- in how many milliseconds, at the latest, it knows all that hosts have, where it may have begun to a moment ago
local function complete_in(ms)
  redis.call('SET', K .. 'known', now() + ms, 'NX')
  return redis.call('GET', K .. 'known') - now()
end

-- all hosts write theirs as quickly as they can
function F.anew() complete_in(${WRITING_MS}) end

-- writes all that a host knows of a session, unless that is over, or another's; or 4 and all there is, where it has yet to hear
-- of what other hosts have changed
function F.whole(a)
  local id, host, ms, heard, blob = unpack(a)
  local key = K .. 's:' .. id
  complete_in(${REFRESH_MS + WRITING_MS})
  local stands, code = standing(key, host)
  if stands > 1 then return {stands, code} end
  if stands == 1 then
    if tonumber(redis.call('HGET', key, 'm') or 0) > tonumber(heard) then return {4, 0, redis.call('HGETALL', key)} end
    redis.call('UNLINK', key)
  end
  in_chunks('HSET', key, blob)
  redis.call('PEXPIRE', key, ms)
  return {1}
end

-- it has other fields, and lacks others; its host is told, where that is another one than says so
function F.change(a)
  local id, host, set, unset, told = unpack(a)
  local key = K .. 's:' .. id
  local stands, code, holder = standing(key, host)
  if stands == 0 or stands == 3 then return {stands, code} end
  in_chunks('HSET', key, set)
  in_chunks('HDEL', key, unset)
  if stands == 2 and told ~= '' then
    tell(holder, ${HostTopic.SESSION_CHANGED}, long(id) .. long(tostring(redis.call('HINCRBY', key, 'm', 1))) .. told)
  end
  return {1}
end

-- its host still has it
function F.refresh(a)
  local id, host, ms = unpack(a)
  local key = K .. 's:' .. id
  local stands, code = standing(key, host)
  if stands == 1 then redis.call('PEXPIRE', key, ms) else complete_in(${REFRESH_MS + WRITING_MS}) end
  return {stands, code}
end

-- its connection is gone
function F.left(a)
  local id, host, connection, ms = unpack(a)
  local key = K .. 's:' .. id
  local stands, code = standing(key, host)
  if stands == 1 and redis.call('HGET', key, 'c') == connection then redis.call('PEXPIRE', key, ms) end
  return {stands, code}
end

-- it is over, as far as its host is concerned
function F.close(a)
  local id, host = unpack(a)
  local key = K .. 's:' .. id
  if standing(key, host) == 1 then redis.call('UNLINK', key) end
end

-- a connection wants to go on with it: nothing where it cannot, a word where not now, or all there is to know of it
function F.resume(a)
  local id, host, connection, secret, turn, user, ms = unpack(a)
  local key = K .. 's:' .. id
  local known = redis.call('HMGET', key, 'k', 'h', 'c', 'u', 'p', 'n')
  if not known[1] then
    if redis.call('EXISTS', key) == 1 then return {'over'} end
    -- its host may not have said so yet
    return {complete_in(${REFRESH_MS + WRITING_MS}) > 0 and 'unwritten' or 'unknown'}
  end
  if known[1] ~= secret then return {'wrong'} end
  -- "=" stands before a user, as nobody is another one than the empty one
  if known[5] and user ~= '=' .. (known[4] or '') then return {user == '' and 'unproven' or 'wrong'} end
  if turn ~= '' then
    if known[6] and tonumber(turn) <= tonumber(known[6]) then return {'outrun'} end
    redis.call('HSET', key, 'n', turn)
  end
  redis.call('HSET', key, 'h', host, 'c', connection)
  redis.call('PEXPIRE', key, ms)
  if known[2] ~= host then tell(known[2], ${HostTopic.SESSION_MOVED}, long(id) .. long(known[3])) end
  return {'resumed', redis.call('HGETALL', key)}
end

-- ends it, wherever it is; with a user, where it is that one's. Gives the host that has had it
function F.over(a)
  local id, ms, code, user = unpack(a)
  local key = K .. 's:' .. id
  local known = redis.call('HMGET', key, 'h', 'u', 'o')
  if known[3] then return false end
  if user ~= '' and known[2] ~= user then return false end
  if known[1] then tell(known[1], ${HostTopic.SESSION_ENDED}, struct.pack('<I2', code) .. long(id)) end
  redis.call('UNLINK', key)
  redis.call('HSET', key, 'o', code)
  redis.call('PEXPIRE', key, ms)
  forget(id)
  return known[1]
end
`;
