/** The consumer group of who does jobs, or consumes replies. */
export const CONSUMERS = "consumers";

/** Puts a job into its stream, notes when it expires, and wakes who waits. */
const ADD = `
local function add(stream, wake, ttl, deadline, job)
  local id = redis.call('XADD', stream, '*', 'job', job)
  if deadline ~= '' then redis.call('ZADD', ttl, deadline, stream .. '|' .. id) end
  redis.call('XADD', wake, 'MAXLEN', '1', '*', 'job', '')
end
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
`;

/** KEYS: stream, wake, ttl. ARGV: deadline or nothing, job. */
export const ENQUEUE = `${ADD}
add(KEYS[1], KEYS[2], KEYS[3], ARGV[1], ARGV[2])
`;

/**
 * Gives a reply to the host that it is for, or where there is no stream of it any more to any.
 * KEYS: the host's stream, that for any. ARGV: reply.
 */
const REPLY_FUNCTION = `
local function reply(wanted, any, field, body)
  if redis.call('EXISTS', wanted) == 0 then wanted = any end
  redis.call('XADD', wanted, '*', field, body)
end
`;

export const REPLY = `${REPLY_FUNCTION}
reply(KEYS[1], KEYS[2], 'reply', ARGV[1])
`;

/**
 * All that comes of one attempt, and lets go of the job: as a whole. Who has lost the job meanwhile to somebody else still
 * gets its reply through, but neither tries it again nor buries it.
 * KEYS: stream, host's replies, replies for any, delayed, dead letters, wake, ttl.
 * ARGV: entry, reply, job to be done again, its delay, its deadline, dead job, its error, how many dead letters are kept.
 */
export const SETTLE = `${ADD}${REPLY_FUNCTION}
local held = redis.call('XACK', KEYS[1], '${CONSUMERS}', ARGV[1])
redis.call('XDEL', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[7], KEYS[1] .. '|' .. ARGV[1])
if ARGV[2] ~= '' then reply(KEYS[2], KEYS[3], 'reply', ARGV[2]) end
if held == 0 then return 0 end
if ARGV[3] ~= '' then
  if ARGV[4] == '0' then add(KEYS[1], KEYS[6], KEYS[7], ARGV[5], ARGV[3])
  else redis.call('ZADD', KEYS[4], now() + tonumber(ARGV[4]), KEYS[1] .. '|' .. ARGV[5] .. '|' .. ARGV[3]) end
end
if ARGV[6] ~= '' then
  redis.call('XADD', KEYS[5], 'MAXLEN', '~', ARGV[8], '*', 'job', ARGV[6], 'error', ARGV[7])
end
return 1
`;

/** Lets go of a reply. KEYS: stream. ARGV: entry, its field and body where it is to be there anew. */
export const DONE = `
if redis.call('XACK', KEYS[1], '${CONSUMERS}', ARGV[1]) == 1 and ARGV[3] ~= '' then
  redis.call('XADD', KEYS[1], '*', ARGV[2], ARGV[3])
end
redis.call('XDEL', KEYS[1], ARGV[1])
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
  add(string.sub(member, 1, first - 1), KEYS[1], KEYS[3], string.sub(member, first + 1, second - 1), string.sub(member, second + 1))
end
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
 * Takes out jobs that nobody has begun with in time, and those whose worker has given no sign of life since, and tells any
 * host. Those whose worker lives are left to it, and looked at again.
 * KEYS: ttl, replies for any. ARGV: after how long without a sign of life a job is another's. Gives how many were looked at.
 */
export const EXPIRE = `${ADD}
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now(), 'LIMIT', 0, 100)
for _, member in ipairs(due) do
  redis.call('ZREM', KEYS[1], member)
  local bar = string.find(member, '|', 1, true)
  local stream, id = string.sub(member, 1, bar - 1), string.sub(member, bar + 1)
  local entry = redis.call('XRANGE', stream, id, id)[1]
  local pending = redis.pcall('XPENDING', stream, '${CONSUMERS}', id, id, 1)
  if not pending.err and pending[1] and pending[1][3] < tonumber(ARGV[1]) then
    if entry then redis.call('ZADD', KEYS[1], now() + ARGV[1], member) end
  elseif entry then
    redis.pcall('XACK', stream, '${CONSUMERS}', id)
    redis.call('XDEL', stream, id)
    redis.call('XADD', KEYS[2], '*', 'expired', entry[2][2])
  end
end
return #due
`;
