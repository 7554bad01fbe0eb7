import { HISTORY_EVENT_BYTES } from "../bus/history-page.ts";
import { HostTopic } from "../redis/host-topic.ts";
import type { Script } from "../redis/shared-redis.ts";

/**
 * Publications and histories in Redis. A channel's publications are a stream, `hs:CHANNEL`, each with an id made of its offset
 * and of when it was made, in milliseconds; `hm:CHANNEL` has its last offset, its epoch, and for how long they are kept. Of a
 * publication with a key, `pk:KEY` has the offset.
 *
 * What is published has a byte in front: 0, or 1 and the offset, as a number of 8 bytes. Pages are as on the bus.
 */
export const PUBLICATIONS: Script = {
  name: "publications",
  source: `
-- where a channel stands is known for so long after it was used last, in milliseconds; hosts say so again while somebody
-- is subscribed
local KNOWN = 3600000
-- the same of one in which nothing was ever published: anybody can ask for any name
local EMPTY = 600000

local function touch(meta, ttl, top)
  redis.call('PEXPIRE', meta, top == 0 and EMPTY or math.max(KNOWN, ttl * 2))
end

-- whether the oldest one is too old
local function outdated(stream, limit)
  local first = redis.call('XRANGE', stream, '-', '+', 'COUNT', 1)[1]
  return first and tonumber(string.match(first[1], '-(%d+)$')) <= limit
end

-- the offset of the oldest one that is not too old; those that are go
local function oldest(stream, ttl)
  local limit = now() - ttl
  while true do
    local some = redis.call('XRANGE', stream, '-', '+', 'COUNT', 64)
    if #some == 0 then return nil end
    local last
    for _, entry in ipairs(some) do
      local offset, time = string.match(entry[1], '^(%d+)-(%d+)$')
      if tonumber(time) > limit then
        if last then redis.call('XTRIM', stream, 'MINID', offset) end
        return tonumber(offset)
      end
      last = offset
    end
    redis.call('XTRIM', stream, 'MINID', string.format('%.0f', tonumber(last) + 1))
  end
end

local function answer_with(host, number, bytes)
  tell(host, ${HostTopic.PAGE}, struct.pack('<I4', number) .. bytes)
end

-- channel, data, a number
function F.publish(a) publish('c:' .. a[1], string.char(0) .. a[3] .. a[2]) end

-- channel, data, a key or nothing, its window, how many are kept, for how long, an epoch where there is none, a number
function F.keep(a)
  local channel, data, key, window, size, ttl, epoch, number = unpack(a)
  local made
  if key ~= '' then
    made = 'pk:' .. key
    local before = redis.call('GET', K .. made)
    if before then
      if before == '' then return false end
      return tonumber(before)
    end
  end
  local offset = false
  if size == '0' then publish('c:' .. channel, string.char(0) .. number .. data)
  else
    local meta, stream = K .. 'hm:' .. channel, K .. 'hs:' .. channel
    local time = now()
    ttl = tonumber(ttl)
    offset = redis.call('HINCRBY', meta, 'top', 1)
    -- at the first one, and now and then: all of it costs as much as the rest
    if offset % 64 == 1 or redis.call('HGET', meta, 'ttl') ~= a[6] then
      if redis.call('HSETNX', meta, 'epoch', epoch) == 1 then redis.call('DEL', stream) end
      redis.call('HSET', meta, 'ttl', ttl)
    end
    touch(meta, ttl, offset)
    redis.call('XADD', stream, 'MAXLEN', '=', size, string.format('%.0f-%.0f', offset, time), 'd', data)
    redis.call('PEXPIRE', stream, ttl)
    if outdated(stream, time - ttl) then oldest(stream, ttl) end
    publish('c:' .. channel, string.char(1) .. struct.pack('<d', offset) .. data)
  end
  if made then redis.call('SET', K .. made, offset or '', 'PX', window) end
  return offset
end

local function page(epoch, top, first, flags, publications)
  return struct.pack('<BBdd', flags, #epoch, top, first) .. epoch .. table.concat(publications)
end

-- a channel as it is now: epoch, top, stream, offset of the oldest one that is kept
local function standing(channel, epoch, since, offset)
  local meta, stream = K .. 'hm:' .. channel, K .. 'hs:' .. channel
  local known = redis.call('HMGET', meta, 'epoch', 'top', 'ttl')
  local top = tonumber(known[2] or 0)
  if not known[1] then
    redis.call('DEL', stream)
    redis.call('HSET', meta, 'epoch', epoch, 'top', 0)
    known[1] = epoch
  elseif since == known[1] and offset > top then
    -- this is a Redis that has not heard of the last ones: offsets of this epoch mean two things now
    redis.call('HSET', meta, 'epoch', epoch)
    known[1] = epoch
  end
  local ttl = tonumber(known[3] or 0)
  touch(meta, ttl, top)
  return known[1], top, stream, oldest(stream, ttl)
end

-- those from an offset on, as many as fit into so many bytes
local function collect(stream, channel, from, top, most)
  local found, at, bytes, count = {}, from, 0, 4
  while at <= top do
    -- they may be large: few first
    local some = redis.call('XRANGE', stream, string.format('%.0f', at), '+', 'COUNT', count)
    count = math.min(count * 2, 64)
    if #some == 0 then break end
    for _, entry in ipairs(some) do
      local data = entry[2][2]
      bytes = bytes + #data + #channel + ${HISTORY_EVENT_BYTES}
      if bytes > most and #found > 0 then return found, at end
      found[#found + 1] = struct.pack('<I4', #data) .. data
      at = at + 1
    end
  end
  return found, at
end

-- host, number, channel, whether only the newest counts, epoch and offset of the last one known or nothing, whether
-- only to look, bytes of a page, an epoch where there is none, whether a host asks what it has missed itself
function F.after(a)
  local host, number, channel, latest, since, offset, peek, most, fresh, own = unpack(a)
  offset = tonumber(offset)
  -- what clients say of where they are is believed by nobody
  local epoch, top, stream, first = standing(channel, fresh, own == '1' and since or '', offset or 0)
  local answer
  local known = since == epoch and offset <= top
  local from
  if not first then
    answer = page(epoch, top, 0, (known and offset == top) and 1 or 0, {})
  elseif latest == '1' then
    from = ((known and offset == top) or peek == '1') and top + 1 or top
  elseif known and first <= offset + 1 then
    from = peek == '1' and top + 1 or offset + 1
  else
    answer = page(epoch, top, 0, 0, {})
  end
  if from then
    local found, at = collect(stream, channel, from, top, tonumber(most))
    answer = page(epoch, top, from, at <= top and 3 or 1, found)
  end
  answer_with(host, number, answer)
end

-- host, number, channel, how many, before which offset or nothing, bytes of a page, an epoch where there is none
function F.before(a)
  local host, number, channel, limit, before, most, fresh = unpack(a)
  local epoch, top, stream, first = standing(channel, fresh, '', 0)
  if not first then
    answer_with(host, number, page(epoch, top, 0, 0, {}))
    return
  end
  local finish = math.max(first, math.min(tonumber(before) or top + 1, top + 1))
  local from, bytes, found = finish, 0, {}
  limit, most = tonumber(limit), tonumber(most)
  local full, batch = false, 4
  while from > first and #found < limit and not full do
    local count = math.min(batch, limit - #found)
    batch = math.min(batch * 2, 64)
    local last = string.format('%.0f-18446744073709551615', from - 1)
    for _, entry in ipairs(redis.call('XREVRANGE', stream, last, '-', 'COUNT', count)) do
      local data = entry[2][2]
      bytes = bytes + #data
      if bytes > most and #found > 0 then
        full = true
        break
      end
      found[#found + 1] = struct.pack('<I4', #data) .. data
      from = from - 1
    end
  end
  local ordered = {}
  for place = #found, 1, -1 do ordered[#ordered + 1] = found[place] end
  answer_with(host, number, page(epoch, top, from, from > first and 2 or 0, ordered))
end

-- host, number: whatever was published in the channel before is there when this is
function F.mark(a) answer_with(a[1], a[2], '') end

-- a channel that somebody is subscribed to, though nothing happens there
function F.touch(a)
  local meta = K .. 'hm:' .. a[1]
  local known = redis.call('HMGET', meta, 'ttl', 'top')
  touch(meta, tonumber(known[1] or 0), tonumber(known[2] or 0))
end
`,
};
