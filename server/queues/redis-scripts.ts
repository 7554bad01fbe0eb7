/** The consumer group of who does jobs, or consumes replies. */
export const CONSUMERS = "consumers";

/** Goes through what a batch has in its first argument: see redis-batches.ts. */
export const EACH = `
local data, place = ARGV[1], 1
local function take()
  local value
  value, place = struct.unpack('<I4c0', data, place)
  return value
end
`;

/** Puts a job into its stream, and notes when it expires; and wakes who waits. */
const ADD = `
local function put(stream, ttl, deadline, job)
  local id = redis.call('XADD', stream, '*', 'job', job)
  if deadline ~= '' then redis.call('ZADD', ttl, deadline, stream .. '|' .. id) end
end
local function wakeUp(wake)
  redis.call('XADD', wake, 'MAXLEN', '1', '*', 'job', '')
end
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
`;

/** KEYS: stream, wake, ttl. ARGV, of each job: deadline or nothing, job. */
export const ENQUEUE = `${EACH}${ADD}
while place <= #data do
  local deadline, job = take(), take()
  put(KEYS[1], KEYS[3], deadline, job)
end
wakeUp(KEYS[2])
`;

/**
 * Gives a reply to the host that it is for, or where there is no stream of it any more to any.
 * KEYS: the host's stream, that for any. ARGV: reply.
 */
export const REPLY = `
local wanted = KEYS[1]
if redis.call('EXISTS', wanted) == 0 then wanted = KEYS[2] end
redis.call('XADD', wanted, '*', 'reply', ARGV[1])
`;

/**
 * The same with what may be lost: it is where so much waits already. It has to have its end, too: nobody may ever read it.
 * KEYS: the host's stream, that for any. ARGV: reply, how much may wait.
 */
export const TELL = `
local wanted = KEYS[1]
if redis.call('EXISTS', wanted) == 0 then wanted = KEYS[2] end
if redis.call('XLEN', wanted) < tonumber(ARGV[2]) then redis.call('XADD', wanted, '*', 'reply', ARGV[1]) end
`;

/**
 * All that comes of attempts, and lets go of their jobs: as a whole, and what is put in comes before what is let go of. Who
 * has lost a job meanwhile to somebody else still gets a result through, but neither tries it again nor buries it.
 * What cannot be done is refused before anything is done: Redis takes nothing back of what a script has done already.
 * KEYS: stream, host's replies, replies for any, delayed, dead letters, wake, ttl.
 * ARGV, of each attempt: entry, consumer, whether it may be in ttl, reply, job to be done again, its delay, its deadline,
 * dead job, its error. Then how many dead letters are kept.
 */
export const SETTLE = `${EACH}${ADD}
local stream = KEYS[1]
local replies = KEYS[2]
if redis.call('EXISTS', replies) == 0 then replies = KEYS[3] end
local said, over, undone, dated = {}, {}, {}, {}
local delayed, dead, again = false, false, false
while place <= #data do
  local entry, consumer, noted, reply = take(), take(), take(), take()
  local one = {entry = entry, reply = reply, job = take(), delay = take(), deadline = take(), dead = take(), failure = take()}
  if one.job == '' and one.dead == '' then
    if reply ~= '' then said[#said + 1] = reply end
    over[#over + 1] = entry
  else
    local held = redis.pcall('XPENDING', stream, '${CONSUMERS}', entry, entry, 1, consumer)
    if not held.err and held[1] then
      if reply ~= '' then said[#said + 1] = reply end
      undone[#undone + 1] = one
      over[#over + 1] = entry
      delayed = delayed or (one.job ~= '' and one.delay ~= '0')
      dead = dead or one.dead ~= ''
    else noted = '' end
  end
  if noted ~= '' then dated[#dated + 1] = stream .. '|' .. entry end
end
redis.call('XLEN', stream)
if #said > 0 then redis.call('XLEN', replies) end
if delayed then redis.call('ZCARD', KEYS[4]) end
if dead then redis.call('XLEN', KEYS[5]) end
for _, one in ipairs(undone) do
  if one.dead ~= '' then redis.call('XADD', KEYS[5], 'MAXLEN', '~', ARGV[2], '*', 'job', one.dead, 'error', one.failure) end
  if one.job ~= '' and one.delay == '0' then
    put(stream, KEYS[7], one.deadline, one.job)
    again = true
  elseif one.job ~= '' then
    redis.call('ZADD', KEYS[4], now() + tonumber(one.delay), stream .. '|' .. one.deadline .. '|' .. one.job)
  end
end
for _, reply in ipairs(said) do redis.call('XADD', replies, '*', 'reply', reply) end
if #over > 0 then
  redis.call('XACK', stream, '${CONSUMERS}', unpack(over))
  redis.call('XDEL', stream, unpack(over))
end
if #dated > 0 then redis.call('ZREM', KEYS[7], unpack(dated)) end
if again then wakeUp(KEYS[6]) end
`;

/**
 * Shows that a consumer lives that holds entries: those that are another's by now stay that one's.
 * KEYS: stream. ARGV: consumer, entries.
 */
export const ALIVE = `
for at = 2, #ARGV do
  local held = redis.call('XPENDING', KEYS[1], '${CONSUMERS}', ARGV[at], ARGV[at], 1, ARGV[1])
  if held[1] then redis.call('XCLAIM', KEYS[1], '${CONSUMERS}', ARGV[1], 0, ARGV[at], 'JUSTID') end
end
`;

/** Lets go of replies. KEYS: stream. ARGV, of each: entry, its field and body where it is to be there anew. */
export const DONE = `${EACH}
local over = {}
while place <= #data do
  local entry, field, body = take(), take(), take()
  if body == '' then over[#over + 1] = entry
  else
    if redis.call('XACK', KEYS[1], '${CONSUMERS}', entry) == 1 then redis.call('XADD', KEYS[1], '*', field, body) end
    redis.call('XDEL', KEYS[1], entry)
  end
end
if #over > 0 then
  redis.call('XACK', KEYS[1], '${CONSUMERS}', unpack(over))
  redis.call('XDEL', KEYS[1], unpack(over))
end
`;

/**
 * Takes jobs, the most urgent first, when those are put back whose delay is over.
 * KEYS: wake, delayed, ttl, then the streams, the most urgent first. ARGV: consumer, how many.
 * Gives the last time somebody was woken, in how many milliseconds a delay ends or -1, and the jobs with their streams.
 */
export const TAKE = `${ADD}
local due = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now(), 'LIMIT', 0, 100)
for _, member in ipairs(due) do
  redis.call('ZREM', KEYS[2], member)
  local first = string.find(member, '|', 1, true)
  local second = string.find(member, '|', first + 1, true)
  put(string.sub(member, 1, first - 1), KEYS[3], string.sub(member, first + 1, second - 1), string.sub(member, second + 1))
end
if #due > 0 then wakeUp(KEYS[1]) end
local room = tonumber(ARGV[2])
local taken = {}
for at = 4, #KEYS do
  if room <= 0 then break end
  local answer = redis.pcall('XREADGROUP', 'GROUP', '${CONSUMERS}', ARGV[1], 'COUNT', room, 'STREAMS', KEYS[at], '>')
  if answer and answer.err then
    redis.call('XGROUP', 'CREATE', KEYS[at], '${CONSUMERS}', '0', 'MKSTREAM')
    answer = redis.call('XREADGROUP', 'GROUP', '${CONSUMERS}', ARGV[1], 'COUNT', room, 'STREAMS', KEYS[at], '>')
  end
  if answer then
    for _, entry in ipairs(answer[1][2]) do
      taken[#taken + 1] = {KEYS[at], entry[1], entry[2], 1}
      room = room - 1
    end
  end
end
local woken = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
local next = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
local wait = -1
if next[2] then wait = math.max(0, tonumber(next[2]) - now()) end
return {woken[1] and woken[1][1] or '0-0', wait, taken}
`;

/**
 * Takes over what consumers have had for too long without a sign of life, and forgets consumers that are long gone.
 * KEYS: streams. ARGV: consumer, after how long, how many, after how long a consumer is forgotten.
 */
export const CLAIM = `
local room = tonumber(ARGV[3])
local taken = {}
for _, stream in ipairs(KEYS) do
  local pending = {}
  if room > 0 then
    pending = redis.pcall('XPENDING', stream, '${CONSUMERS}', 'IDLE', ARGV[2], '-', '+', room)
    if pending.err then pending = {} end
  end
  for _, one in ipairs(pending) do
    local entry = redis.call('XCLAIM', stream, '${CONSUMERS}', ARGV[1], ARGV[2], one[1])[1]
    if entry then
      taken[#taken + 1] = {stream, entry[1], entry[2], one[4] + 1}
      room = room - 1
    else redis.call('XACK', stream, '${CONSUMERS}', one[1]) end
  end
  local consumers = redis.pcall('XINFO', 'CONSUMERS', stream, '${CONSUMERS}')
  if not consumers.err then
    for _, one in ipairs(consumers) do
      -- name, pending and idle, each after its own name
      if one[4] == 0 and one[6] > tonumber(ARGV[4]) then redis.call('XGROUP', 'DELCONSUMER', stream, '${CONSUMERS}', one[2]) end
    end
  end
end
return {taken}
`;

/**
 * Notes how long the most patient of those who do jobs may be silent, for who tells of expired ones. It is gone some time after
 * the last of them. KEYS: patience. ARGV: after how long without a sign of life a job of this one is another's.
 */
export const PATIENCE = `
if tonumber(redis.call('GET', KEYS[1]) or 0) <= tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[1] * 3) end
`;

/**
 * Takes out jobs that nobody has begun with in time, and those whose worker has given no sign of life since, and tells any
 * host. Those whose worker lives are left to it, and looked at again.
 * KEYS: ttl, replies for any, patience. ARGV: after how long without a sign of life a job is another's, where nobody has said.
 * Gives how many were looked at.
 */
export const EXPIRE = `${ADD}
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now(), 'LIMIT', 0, 100)
local patience = tonumber(redis.call('GET', KEYS[3]) or ARGV[1])
for _, member in ipairs(due) do
  redis.call('ZREM', KEYS[1], member)
  local bar = string.find(member, '|', 1, true)
  local stream, id = string.sub(member, 1, bar - 1), string.sub(member, bar + 1)
  local entry = redis.call('XRANGE', stream, id, id)[1]
  local pending = redis.pcall('XPENDING', stream, '${CONSUMERS}', id, id, 1)
  if not pending.err and pending[1] and pending[1][3] < patience then
    if entry then redis.call('ZADD', KEYS[1], now() + patience - pending[1][3], member) end
  elseif entry then
    redis.pcall('XACK', stream, '${CONSUMERS}', id)
    redis.call('XDEL', stream, id)
    redis.call('XADD', KEYS[2], '*', 'expired', entry[2][2])
  end
end
return #due
`;
