import { HostTopic } from "../../redis/host-topic.ts";
import { Claim } from "../../sessions/claim.ts";

/** What the host that runs a call is told, in place of a claim, while another one waits for it. */
export const AWAITED = 9;

/**
 * Calls with a key, as Redis has them. Of each session there are
 *
 * - `r:`, a hash, of what runs: key → who runs it and who waits for it, each as a host, a space and the number of its
 *   question there, with spaces between them;
 * - `a:`, a hash, of what is over: `:` and key → how it ended, a digit; when, by the clock of Redis in 13 digits; the answer.
 *   Also `b`, the bytes that they take;
 * - `l:`, a list, of what is over, the oldest first: when · bytes · key.
 *
 * They expire together. While something runs, its host sees to it that they do not.
 */
export const ANSWER_FUNCTIONS = `
local ENTRY, LARGE, MOST_AT_ONCE = 150, 1000, 100

local function last_longer(key, ms)
  if redis.call('PTTL', key) < tonumber(ms) then redis.call('PEXPIRE', key, ms) end
end

local function tell_key(host, question, claim, session, key, answer)
  tell(host, ${HostTopic.KEY_SETTLED}, string.char(claim) .. long(session) .. long(key) .. long(question) .. answer)
end

local function tell_waiting(line, claim, session, key, answer)
  local first = true
  for host, question in string.gmatch(line, '(%S+) (%S+)') do
    if not first then tell_key(host, question, claim, session, key, answer) end
    first = false
  end
end

local function count(hash, bytes) return redis.call('HINCRBY', hash, 'b', bytes) end

-- what is over for as long as the window is forgotten; and where a session has too much, large answers, and then keys.
-- headed: in front of each answer stands a text behind its length, which stays where the answer goes
local function make_room(hash, list, window, most, time, headed)
  local bytes = tonumber(redis.call('HGET', hash, 'b'))
  for _ = 1, MOST_AT_ONCE do
    local first = redis.call('LINDEX', list, 0)
    if not first then return end
    local ended, size = struct.unpack('<dI4', first)
    local over = time - ended >= window
    if not over and bytes <= most then return end
    redis.call('LPOP', list)
    bytes = count(hash, -size)
    local key = string.sub(first, 13)
    local value = redis.call('HGET', hash, ':' .. key)
    if value and tonumber(string.sub(value, 2, 14)) == ended then
      if over or size <= LARGE then redis.call('HDEL', hash, ':' .. key)
      else
        local stays = headed and 16 + struct.unpack('<I2', value, 15) or 14
        redis.call('HSET', hash, ':' .. key, '${Claim.NOT_KEPT}' .. string.sub(value, 2, stays))
        redis.call('RPUSH', list, struct.pack('<dI4', ended, ENTRY + #key) .. key)
        bytes = count(hash, ENTRY + #key)
      end
    end
  end
end

local function keep_over(hash, list, key, claim, answer, window, most, headed)
  local time = now()
  redis.call('HSET', hash, ':' .. key, claim .. string.format('%013d', time) .. answer)
  local size = ENTRY + #key + #answer
  redis.call('RPUSH', list, struct.pack('<dI4', time, size) .. key)
  count(hash, size)
  make_room(hash, list, tonumber(window), tonumber(most), time, headed)
  redis.call('PEXPIRE', hash, window)
  redis.call('PEXPIRE', list, window)
end

-- a call is over: those who wait are told, even where there is no memory to keep its answer
local function finish(session, key, line, claim, answer, window, most)
  tell_waiting(line, claim, session, key, answer)
  keep_over(K .. 'a:' .. session, K .. 'l:' .. session, key, claim, answer, window, most, false)
  redis.call('HDEL', K .. 'r:' .. session, key)
end

local function bytes_in(hash) return tonumber(redis.call('HGET', hash, 'b') or 0) end

local function bytes_of(session) return bytes_in(K .. 'a:' .. session) end

local function owner_of(line)
  if not line then return nil end
  return string.match(line, '^(%S+) (%S+)')
end

local function kept_in(hash, key, window)
  local value = redis.call('HGET', hash, ':' .. key)
  if not value then return nil end
  if now() - tonumber(string.sub(value, 2, 14)) >= tonumber(window) then return nil end
  return {tonumber(string.sub(value, 1, 1)), string.sub(value, 15)}
end

local function kept_answer(session, key, window) return kept_in(K .. 'a:' .. session, key, window) end

-- has a host wait, once, for whoever runs
local function wait_for(session, key, line, host, question)
  local owner, of = owner_of(line)
  if owner == host and of == question then return {${Claim.RUN}} end
  local all, known, first = {}, false, true
  for waiting, asked in string.gmatch(line, '(%S+) (%S+)') do
    if not first and waiting == host then
      asked = question
      known = true
    end
    first = false
    all[#all + 1] = waiting .. ' ' .. asked
  end
  if not known then all[#all + 1] = host .. ' ' .. question end
  redis.call('HSET', K .. 'r:' .. session, key, table.concat(all, ' '))
  return {-1, owner}
end

-- may a call run? 0: it may, and is known to; -1 and a host: it runs there, and the end of it will be told; or how it ended
function F.claim(a)
  local session, key, host, question, window = unpack(a)
  local running = K .. 'r:' .. session
  local line = redis.call('HGET', running, key)
  if line then return wait_for(session, key, line, host, question) end
  local kept = kept_answer(session, key, window)
  if kept then return kept end
  redis.call('HSET', running, key, host .. ' ' .. question)
  last_longer(running, window)
  return {${Claim.RUN}}
end

-- the same of who waits already: it never gets to run by that, but where it is told so. Whoever runs it has to know of it still
function F.ask(a)
  local session, key, host, question, window = unpack(a)
  local line = redis.call('HGET', K .. 'r:' .. session, key)
  if line then
    local owner, of = owner_of(line)
    if owner ~= host or of ~= question then tell_key(owner, of, ${AWAITED}, session, key, '') end
    return wait_for(session, key, line, host, question)
  end
  return kept_answer(session, key, window) or {${Claim.LOST}, ''}
end

function F.settle(a)
  local session, key, host, question, claim, window, most, answer = unpack(a)
  local line = redis.call('HGET', K .. 'r:' .. session, key)
  local owner, of = owner_of(line)
  if owner ~= host or of ~= question then return end
  finish(session, key, line, tonumber(claim), answer, window, most)
  return bytes_of(session)
end

local function trim(hash, list, window, most, headed)
  if bytes_in(hash) > 0 then make_room(hash, list, tonumber(window), tonumber(most), now(), headed) end
  local bytes = bytes_in(hash)
  if bytes == 0 then redis.call('UNLINK', hash, list) end
  return bytes
end

-- a session may take no more than that: its oldest answers go
function F.trim(a)
  local session, window, most = unpack(a)
  return trim(K .. 'a:' .. session, K .. 'l:' .. session, window, most, false)
end

-- it was refused: whoever waits longest may run, or whoever comes
function F.release(a)
  local session, key, host, question = unpack(a)
  local running = K .. 'r:' .. session
  local line = redis.call('HGET', running, key)
  local owner, of = owner_of(line)
  if owner ~= host or of ~= question then return end
  local rest = string.sub(line, #host + #question + 3)
  local next, asked = owner_of(rest)
  if not next then
    redis.call('HDEL', running, key)
    return
  end
  redis.call('HSET', running, key, rest)
  tell_key(next, asked, ${Claim.RUN}, session, key, '')
end

-- a host that runs a call is gone: nobody can know what became of it
function F.lost(a)
  local session, key, host, window, most = unpack(a)
  local line = redis.call('HGET', K .. 'r:' .. session, key)
  local owner = owner_of(line)
  if owner == host then finish(session, key, line, ${Claim.LOST}, '', window, most) end
end

-- it still runs, though Redis may have forgotten that
function F.runs(a)
  local session, key, host, question, window = unpack(a)
  local running = K .. 'r:' .. session
  if not kept_answer(session, key, window) then redis.call('HSETNX', running, key, host .. ' ' .. question) end
  last_longer(running, window)
end

-- what queues keep of a session: see queued-functions.ts
local function forget_queued(session) redis.call('UNLINK', K .. 'q:' .. session, K .. 'v:' .. session, K .. 'w:' .. session) end

local function forget(session)
  local running = redis.call('HGETALL', K .. 'r:' .. session)
  for place = 1, #running, 2 do tell_waiting(running[place + 1], ${Claim.LOST}, session, running[place], '') end
  redis.call('UNLINK', K .. 'r:' .. session, K .. 'a:' .. session, K .. 'l:' .. session)
  forget_queued(session)
end

-- a session is over, as far as a host knows; but it may have gone on elsewhere
function F.forget(a)
  local session, host = unpack(a)
  local holder = redis.call('HGET', K .. 's:' .. session, 'h')
  if holder and holder ~= host then return 0 end
  forget(session)
  return 1
end
`;
