/**
 * What Redis does for each call of the store: one script each, and all of a script happens at once.
 *
 * Every value in a hash is JSON text, and Lua never looks inside: it joins texts into one answer. The
 * field of an attribute is named by JSON text as well, which no field of the record's own is. Each
 * script is given all keys that it touches, of one user and so of one hash slot.
 *
 * Where memory is full Redis refuses a script at its first write that needs some. So what must go
 * on then, renewing and revoking, begins with a write that needs none; signing in does not.
 */

/** A hash as the JSON of its record, and its epoch; `nil` when there is none. */
const record = `
local function record(key)
  local own, attributes, epoch = {}, {}, nil
  local hash = redis.call('HGETALL', key)
  for i = 1, #hash, 2 do
    local name, value = hash[i], hash[i + 1]
    if name == 'epoch' then
      epoch = value
    elseif name:sub(1, 1) == '"' then
      attributes[#attributes + 1] = name .. ':' .. value
    else
      own[#own + 1] = '"' .. name .. '":' .. value .. ','
    end
  end
  if not epoch then return nil, nil end
  return '{' .. table.concat(own) .. '"attributes":{' .. table.concat(attributes, ',') .. '}}', epoch
end
`

/** Whether a session still carries the epoch of its user. */
const counts = `
local function counts(user, session)
  local epoch = redis.call('HGET', session, 'epoch')
  return epoch and epoch == redis.call('HGET', user, 'epoch')
end
`

/** Writes the arguments from one on into a hash; Lua passes on no more than some thousand at once. */
const put = `
local function put(key, from)
  for i = from, #ARGV, 1000 do
    redis.call('HSET', key, unpack(ARGV, i, math.min(i + 999, #ARGV)))
  end
end
`

/** Lets a session and the list of its user's sessions live until a time. */
const keep = `
local function keep(session, index, id, until_)
  redis.call('PEXPIREAT', session, until_)
  redis.call('ZADD', index, until_, id)
  if redis.call('PTTL', index) < redis.call('PTTL', session) then
    redis.call('PEXPIREAT', index, until_)
  end
end
`

const script = (body: string, ...functions: string[]): string =>
  `${functions.join('')}local function answer()${body}end
return '{"answer":' .. answer() .. '}'`

/** KEYS: user, session. Answers both, or null. */
export const READ: string = script(
  `
  local user, epoch = record(KEYS[1])
  local session, its = record(KEYS[2])
  if not epoch or its ~= epoch then return 'null' end
  return '{"user":' .. user .. ',"session":' .. session .. '}'
`,
  record,
)

/** KEYS: user, session, index. ARGV: id, until, now, fields of the session. Answers the user, or null. */
export const INSERT: string = script(
  `
  local user, epoch = record(KEYS[1])
  if not epoch then return 'null' end
  redis.call('ZADD', KEYS[3], ARGV[2], ARGV[1])
  redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', ARGV[3])
  redis.call('UNLINK', KEYS[2])
  redis.call('HSET', KEYS[2], 'epoch', epoch)
  put(KEYS[2], 4)
  keep(KEYS[2], KEYS[3], ARGV[1], ARGV[2])
  return user
`,
  record,
  put,
  keep,
)

/** KEYS: user, session, index. ARGV: id, until, active and idle deadline. Answers whether it is still there. */
export const RENEW: string = script(
  `
  if not counts(KEYS[1], KEYS[2]) then return 'false' end
  local names = { 'activePeriodExpiresAt', 'idlePeriodExpiresAt' }
  local active, idle = unpack(redis.call('HMGET', KEYS[2], unpack(names)))
  if tonumber(ARGV[4]) > tonumber(idle) then
    redis.call('HDEL', KEYS[2], names[2])
    redis.call('HSET', KEYS[2], names[2], ARGV[4])
    keep(KEYS[2], KEYS[3], ARGV[1], ARGV[2])
  end
  if tonumber(ARGV[3]) > tonumber(active) then
    redis.call('HSET', KEYS[2], names[1], ARGV[3])
  end
  return 'true'
`,
  counts,
  keep,
)

/** KEYS: user, session. ARGV: fields. Answers whether the session is still there. */
export const UPDATE: string = script(
  `
  if not counts(KEYS[1], KEYS[2]) then return 'false' end
  put(KEYS[2], 1)
  return 'true'
`,
  counts,
  put,
)

/** KEYS: session, index. ARGV: id. */
export const DELETE: string = script(`
  redis.call('UNLINK', KEYS[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
  return 'true'
`)

/** KEYS: user, index, and the session to spare if any. ARGV: new epoch, id of that session. */
export const DELETE_BY_USER: string = script(`
  local epoch = redis.call('HGET', KEYS[1], 'epoch')
  if not epoch then return 'true' end
  local spared = KEYS[3] and redis.call('HGET', KEYS[3], 'epoch') == epoch
  local until_ = spared and redis.call('ZSCORE', KEYS[2], ARGV[2])
  redis.call('UNLINK', KEYS[2])
  redis.call('HSET', KEYS[1], 'epoch', ARGV[1])
  if spared then redis.call('HSET', KEYS[3], 'epoch', ARGV[1]) end
  if until_ then
    redis.call('ZADD', KEYS[2], until_, ARGV[2])
    redis.call('PEXPIREAT', KEYS[2], until_)
  end
  return 'true'
`)

/**
 * KEYS: user, index, sessions. ARGV: their ids. Answers the user and those sessions, null for each
 * that is gone; or, when the user has sessions that were not named, the ids of all.
 */
export const LIST: string = script(
  `
  local user, epoch = record(KEYS[1])
  if not epoch then return 'null' end
  local sessions, listed = {}, 0
  for i, id in ipairs(ARGV) do
    if redis.call('ZSCORE', KEYS[2], id) then listed = listed + 1 end
    local session, its = record(KEYS[i + 2])
    sessions[i] = its == epoch and session or 'null'
  end
  if listed < redis.call('ZCARD', KEYS[2]) then
    return '{"ids":' .. cjson.encode(redis.call('ZRANGE', KEYS[2], 0, -1)) .. '}'
  end
  return '{"user":' .. user .. ',"sessions":[' .. table.concat(sessions, ',') .. ']}'
`,
  record,
)

/** KEYS: user. ARGV: epoch, fields. Answers whether it was created by this call, sent once or again. */
export const CREATE_USER: string = script(
  `
  local epoch = redis.call('HGET', KEYS[1], 'epoch')
  if epoch then return tostring(epoch == ARGV[1]) end
  redis.call('HSET', KEYS[1], 'epoch', ARGV[1])
  put(KEYS[1], 2)
  return 'true'
`,
  put,
)

/** KEYS: user. Answers it, or null. */
export const READ_USER: string = script(
  `
  local user = record(KEYS[1])
  return user or 'null'
`,
  record,
)

/** KEYS: user. ARGV: fields. Answers whether there is such a user. */
export const UPDATE_USER: string = script(
  `
  if not redis.call('HGET', KEYS[1], 'epoch') then return 'false' end
  put(KEYS[1], 1)
  return 'true'
`,
  put,
)

/** KEYS: user, index. */
export const DELETE_USER: string = script(`
  redis.call('UNLINK', KEYS[1], KEYS[2])
  return 'true'
`)
