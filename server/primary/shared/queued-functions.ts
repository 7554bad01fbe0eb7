import { NOT_KEPT } from "../../queued/unkept-answers.ts";
import { HostTopic } from "../../redis/host-topic.ts";
import { Claim } from "../../sessions/claim.ts";
import { luaText } from "./lua-text.ts";
import { ANSWERED, HELD, Known, MOVED, Taken } from "./queued-states.ts";
import { REFRESH_MS, WRITING_MS } from "./session-times.ts";

/**
 * Calls that a queue keeps, as Redis has them. Of each session there are
 *
 * - `q:`, a hash, of those whose answers clients have yet to get: `j` and the job → where it stands, `o` for opened, `q` for
 *   queued or `a` for answered; since when its host waits for it, as a double; that host, its id and its procedure, each behind its
 *   length; and `+` and its key. `k+` and the key → the job. `a` and the job → its answer. Also `b`, the bytes of large answers.
 *   Whoever waits has it last;
 * - `v:` and `w:`, like `a:` and `l:` of answer-functions.ts, of those with a key whose answers clients have had: in front of
 *   each answer stands the job.
 *
 * Nothing is left of a call without a key once its client has the answer: an answer of a job that is not known is never taken, and
 * what is waited for is written again only by whoever waits for it.
 */
export const QUEUED_FUNCTIONS = `
local LASTS_SLACK = 10000
-- fields that one call has at most
local FIELDS = 3
local NOT_KEPT = ${luaText(NOT_KEPT)}

local function write_call(hash, job, state, since, host, call, procedure, key)
  local record = state .. struct.pack('<d', since) .. long(host) .. long(call) .. long(procedure) .. key
  redis.call('HSET', hash, 'j' .. job, record)
end

local function read_call(record)
  local state, since, host, call, procedure, at = struct.unpack('<c1dI2c0I2c0I2c0', record)
  return state, since, host, call, procedure, string.sub(record, at)
end

local function lasts(hash, ms)
  if redis.call('PTTL', hash) < ms - LASTS_SLACK then redis.call('PEXPIRE', hash, ms) end
end

local function tell_answer(host, session, job, answer)
  tell(host, ${HostTopic.QUEUED_ANSWER}, '\\${ANSWERED}' .. long(session) .. long(job) .. answer)
end

local function tell_moved(host, session, since)
  tell(host, ${HostTopic.QUEUED_ANSWER}, '\\${MOVED}' .. long(session) .. long('') .. struct.pack('<d', since))
end

-- another answer in place of one, with what that changes of the session
local function instead_of(answer, other)
  return string.sub(other, 1, 1) .. string.sub(answer, 2, 5 + struct.unpack('<I4', answer, 2)) .. string.sub(other, 6)
end

-- adds to the bytes of large answers that wait: there are never many small ones
local function count_large(hash, bytes, sign)
  if bytes > LARGE and count(hash, sign * bytes) <= 0 then redis.call('HDEL', hash, 'b') end
end

local function drop_call(hash, job, key, answer)
  redis.call('HDEL', hash, 'j' .. job, 'a' .. job)
  if key ~= '' then redis.call('HDEL', hash, 'k' .. key) end
  if answer then count_large(hash, #answer, -1) end
end

-- where its client has had it: the job, what is known of it, and its answer
local function had(session, key, window)
  local kept = kept_in(K .. 'v:' .. session, key, window)
  if not kept then return nil end
  local job, at = struct.unpack('<I2c0', kept[2])
  if kept[1] ~= ${Claim.ANSWERED} then return {job, ${Known.NOT_KEPT}} end
  return {job, ${Known.DELIVERED}, 0, string.sub(kept[2], at)}
end

-- a call is to be queued: since when it is waited for, where it is new; or the job, what is known of it, since when, its answer;
-- or 0 where there are too many already, which is counted roughly
function F.q_open(a)
  local session, host, ms, window, most, job, call, procedure, key = unpack(a)
  local hash, time = K .. 'q:' .. session, now()
  local known = key ~= '' and redis.call('HGET', hash, 'k' .. key)
  local record = known and redis.call('HGET', hash, 'j' .. known)
  if record then
    local state, at, waits, id, of = read_call(record)
    time = math.max(time, at + 1)
    write_call(hash, known, state, time, host, id, of, key)
    lasts(hash, tonumber(ms))
    if waits ~= host then tell_moved(waits, session, time) end
    if state == 'o' then return {known, ${Known.OPENED}, time} end
    if state == 'q' then return {known, ${Known.QUEUED}, time} end
    return {known, ${Known.ANSWERED}, time, redis.call('HGET', hash, 'a' .. known)}
  end
  local before = key ~= '' and had(session, key, window)
  if before then return before end
  if redis.call('HLEN', hash) >= FIELDS * tonumber(most) then return 0 end
  write_call(hash, job, 'o', time, host, call, procedure, key)
  if key ~= '' then redis.call('HSET', hash, 'k' .. key, job) end
  lasts(hash, tonumber(ms))
  return time
end

function F.q_queued(a)
  local hash, job = K .. 'q:' .. a[1], a[2]
  local record = redis.call('HGET', hash, 'j' .. job)
  if not record then return 0 end
  if string.sub(record, 1, 1) == 'o' then redis.call('HSET', hash, 'j' .. job, 'q' .. string.sub(record, 2)) end
  return 1
end

-- whether it is none of this host's any more. Where another one was asked for it after this one, the queue may have it from there
function F.q_refused(a)
  local session, job, host, since = unpack(a)
  local hash = K .. 'q:' .. session
  local record = redis.call('HGET', hash, 'j' .. job)
  if not record then return 1 end
  local state, at, waits, _, _, key = read_call(record)
  if waits ~= host then return 1 end
  -- it has been asked for here once more, which this host hears in a moment, and then brings it to the queue anew
  if at ~= tonumber(since) then return 2 end
  if state ~= 'o' then return ${HELD} end
  drop_call(hash, job, key)
  return 1
end

-- all that are queued are waited for by this host: since when, and of each its job, id, procedure, key, and answer if it has one
function F.q_resume(a)
  local session, host, ms = unpack(a)
  local hash, time = K .. 'q:' .. session, now()
  local all, answers, before, found = redis.call('HGETALL', hash), {}, {}, {time}
  for place = 1, #all, 2 do
    if string.sub(all[place], 1, 1) == 'a' then answers[string.sub(all[place], 2)] = all[place + 1] end
  end
  for place = 1, #all, 2 do
    if string.sub(all[place], 1, 1) == 'j' then
      local job = string.sub(all[place], 2)
      local state, _, waits, call, procedure, key = read_call(all[place + 1])
      if waits ~= host then before[waits] = true end
      if state ~= 'o' then
        write_call(hash, job, state, time, host, call, procedure, key)
        for _, field in ipairs({job, call, procedure, key, answers[job] or false}) do found[#found + 1] = field end
      end
    end
  end
  lasts(hash, tonumber(ms))
  for waits in pairs(before) do tell_moved(waits, session, time) end
  return found
end

-- an answer; behind it what is told now, where that is something else. Where it has one already, that is told once more.
-- One that is beyond what a session may take is told, and not kept
function F.q_answer(a)
  local session, job, host, most, answer, told = unpack(a)
  local hash = K .. 'q:' .. session
  local record = redis.call('HGET', hash, 'j' .. job)
  if not record then
    if standing(K .. 's:' .. session, host) == 3 then return ${Taken.SAFE} end
    return complete_in(${REFRESH_MS + WRITING_MS}) > 0 and ${Taken.AGAIN} or ${Taken.UNKNOWN}
  end
  local state, _, waits = read_call(record)
  if state == 'a' then
    local kept = redis.call('HGET', hash, 'a' .. job)
    if waits == host then return {${Taken.YOURS}, kept} end
    tell_answer(waits, session, job, kept)
    return ${Taken.SAFE}
  end
  local fits = #answer <= LARGE or bytes_in(hash) + #answer <= tonumber(most)
  local kept = fits and answer or instead_of(answer, NOT_KEPT)
  redis.call('HSET', hash, 'a' .. job, kept, 'j' .. job, 'a' .. string.sub(record, 2))
  count_large(hash, #kept, 1)
  if waits == host then return ${Taken.YOURS} end
  tell_answer(waits, session, job, told or answer)
  return ${Taken.SAFE}
end

function F.q_progress(a)
  local session, job, data = unpack(a)
  local record = redis.call('HGET', K .. 'q:' .. session, 'j' .. job)
  if not record then return end
  local _, _, waits = read_call(record)
  tell(waits, ${HostTopic.QUEUED_PROGRESS}, long(session) .. long(job) .. data)
end

-- its client has the answer: gives the bytes that the session takes of those that have been had, where that has changed
function F.q_delivered(a)
  local session, job, window, most = unpack(a)
  local hash, had_hash = K .. 'q:' .. session, K .. 'v:' .. session
  local record = redis.call('HGET', hash, 'j' .. job)
  if not record then return end
  local state, _, _, _, _, key = read_call(record)
  local answer = state == 'a' and redis.call('HGET', hash, 'a' .. job)
  if key ~= '' then
    local claim, kept = ${Claim.NOT_KEPT}, ''
    if answer then
      -- whoever asks once more does not change the session once more
      local changed = struct.unpack('<I4', answer, 2)
      claim, kept = ${Claim.ANSWERED}, answer
      if changed > 0 then kept = string.sub(answer, 1, 1) .. struct.pack('<I4', 0) .. string.sub(answer, 6 + changed) end
    end
    keep_over(had_hash, K .. 'w:' .. session, key, claim, long(job) .. kept, window, most, true)
  end
  drop_call(hash, job, key, answer)
  if key ~= '' then return bytes_in(had_hash) end
end

function F.q_trim(a)
  local session, window, most = unpack(a)
  return trim(K .. 'v:' .. session, K .. 'w:' .. session, window, most, true)
end

-- a host waits for calls, each as its job, since when, where it stands, its id, its procedure and its key: Redis may have
-- forgotten them, and the host may have missed what it was told. Gives those of which it has to know something: their answers, or
-- false where they are waited for elsewhere, or not any more. Of a session that Redis does not know it is taken at its word only
-- while Redis may have lost something: others are over. Of those that stand at t the host has the answer: it asks only whether
-- they are known here
function F.q_wait(a)
  local session, host, ms, unsure, blob = unpack(a)
  local hash, news, fields = K .. 'q:' .. session, {}, {}
  local stands = standing(K .. 's:' .. session, host)
  local believed = stands == 1 or stands == 0 and (unsure == '1' or complete_in(${REFRESH_MS + WRITING_MS}) > 0)
  local function tell_news(job, answer) news[#news + 1], news[#news + 2] = job, answer end
  each(blob, function(text)
    fields[#fields + 1] = text
    if #fields < 6 then return end
    local job, since, state, call, procedure, key = unpack(fields)
    fields, since = {}, tonumber(since)
    local record = redis.call('HGET', hash, 'j' .. job)
    if stands > 1 or not record and (state == 't' or not believed) then return tell_news(job, false) end
    if not record then
      write_call(hash, job, state, since, host, call, procedure, key)
      if key ~= '' then redis.call('HSETNX', hash, 'k' .. key, job) end
      return
    end
    local before, at, waits = read_call(record)
    if waits ~= host and at >= since then return tell_news(job, false) end
    if state == 't' then return end
    local stage = before == 'o' and state or before
    if waits ~= host or stage ~= before then
      write_call(hash, job, stage, math.max(at, since), host, call, procedure, key)
    end
    if stage == 'a' then tell_news(job, redis.call('HGET', hash, 'a' .. job)) end
  end)
  lasts(hash, tonumber(ms))
  return news
end

-- a session is over, as far as a host knows: see forget of answers
function F.q_forget(a)
  local session, host = unpack(a)
  if standing(K .. 's:' .. session, host) ~= 2 then forget_queued(session) end
end
`;
