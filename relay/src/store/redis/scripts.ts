/**
 * What happens inside Redis, each script as one step. Fences make it safe: the number rises whenever the lease changes hands, and
 * nothing is written under a number that has passed.
 */

/**
 * Takes the lease, renews it, or says who has it.
 *
 * KEYS: lease, fence, index. ARGV: holder, milliseconds, the highest fence the caller knows, report of the holder. Returns whether it
 * is held, the fence, the milliseconds left, the holder's report, the newest entry of the index.
 */
export const attemptScript = `
local newest = redis.call('LINDEX', KEYS[3], 0) or ''
local holder = redis.call('HGET', KEYS[1], 'holder')
if holder and holder ~= ARGV[1] then
  return { 0, tonumber(redis.call('HGET', KEYS[1], 'fence')), redis.call('PTTL', KEYS[1]), redis.call('HGET', KEYS[1], 'report') or '', newest }
end
if not holder then
  local fence = redis.call('INCR', KEYS[2])
  if fence <= tonumber(ARGV[3]) then
    fence = tonumber(ARGV[3]) + 1
    redis.call('SET', KEYS[2], fence)
  end
  redis.call('HSET', KEYS[1], 'holder', ARGV[1], 'fence', fence)
end
redis.call('HSET', KEYS[1], 'report', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return { 1, tonumber(redis.call('HGET', KEYS[1], 'fence')), tonumber(ARGV[2]), '', newest }
`

/** Gives the lease back. KEYS: lease. ARGV: holder, channel. */
export const releaseScript = `
if redis.call('HGET', KEYS[1], 'holder') == ARGV[1] then
  redis.call('DEL', KEYS[1])
  redis.call('PUBLISH', ARGV[2], 'lease')
end
return 0
`

/**
 * Keeps a snapshot, unless a later one or a newer lease is there, or somebody else holds the lease.
 *
 * KEYS: fence, index, snapshots, lease. ARGV: entry of the index, id, fence, sequence, flag count, how many are kept, body, channel,
 * holder, 1 where having no flags is meant.
 */
export const writeScript = `
local newest = redis.call('LINDEX', KEYS[2], 0)
if newest then newest = cjson.decode(newest) end
if newest and newest.id == ARGV[2] then return 'same' end
local fence, sequence = tonumber(ARGV[3]), tonumber(ARGV[4])
if fence < tonumber(redis.call('GET', KEYS[1]) or '0') then return 'older' end
if newest and (fence < newest.fence or (fence == newest.fence and sequence <= newest.sequence)) then return 'older' end
local holder = redis.call('HGET', KEYS[4], 'holder')
if holder and holder ~= ARGV[9] then return 'others' end
if newest and newest.flagCount > 0 and tonumber(ARGV[5]) == 0 and ARGV[10] ~= '1' then return 'emptier' end
redis.call('HSET', KEYS[3], ARGV[2], ARGV[7])
redis.call('LPUSH', KEYS[2], ARGV[1])
while redis.call('LLEN', KEYS[2]) > tonumber(ARGV[6]) do
  redis.call('HDEL', KEYS[3], cjson.decode(redis.call('RPOP', KEYS[2])).id)
end
redis.call('PUBLISH', ARGV[8], 'snapshot')
return 'written'
`

/** Whether the newest snapshot is this one already: saves sending it. KEYS: index. ARGV: id. */
export const isNewestScript = `
local newest = redis.call('LINDEX', KEYS[1], 0)
if newest and cjson.decode(newest).id == ARGV[1] then return 1 end
return 0
`

/** KEYS: index. Returns its entries, the newest first. */
export const listScript = `return redis.call('LRANGE', KEYS[1], 0, -1)`

/** KEYS: snapshots. ARGV: id. */
export const readScript = `return redis.call('HGET', KEYS[1], ARGV[1])`

/** KEYS: marks. */
export const readMarksScript = `return redis.call('GET', KEYS[1])`

/** Writes marks, unless somebody else holds the lease. KEYS: marks, lease. ARGV: marks, holder, channel. */
export const writeMarksScript = `
local holder = redis.call('HGET', KEYS[2], 'holder')
if holder and holder ~= ARGV[2] then return 0 end
redis.call('SET', KEYS[1], ARGV[1])
redis.call('PUBLISH', ARGV[3], 'marks')
return 1
`

/** The time of a decision, and a hash of what it says. */
const stamp = `
local function stampOf(at, body) return at .. ' ' .. redis.sha1hex(body or '') end
`

/** Changes whenever the decision does. KEYS: decision. */
export const stampOfDecisionScript: string = `${stamp}
local found = redis.call('HMGET', KEYS[1], 'at', 'snapshot')
return found[1] and stampOf(found[1], found[2])
`

/** KEYS: decision. Returns when it was made, what it says, and its stamp. */
export const readDecisionScript: string = `${stamp}
local found = redis.call('HMGET', KEYS[1], 'at', 'snapshot')
return { found[1], found[2], found[1] and stampOf(found[1], found[2]) }
`

/**
 * Keeps a decision unless a later one is there. KEYS: decision. ARGV: when it was made, what it says, channel, stamp of the one that
 * counts as not there.
 */
export const writeDecisionScript: string = `${stamp}
local found = redis.call('HMGET', KEYS[1], 'at', 'snapshot')
local at = found[1] and stampOf(found[1], found[2]) ~= ARGV[4] and tonumber(found[1])
if at and at >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'at', ARGV[1], 'snapshot', ARGV[2])
redis.call('PUBLISH', ARGV[3], 'decision')
return 1
`
