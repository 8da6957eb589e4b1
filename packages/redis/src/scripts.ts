/**
 * The scripts of the store of users and sessions: one for each call. A script is atomic.
 *
 * `record.ts` defines the layout of a text. Each script receives all keys that it uses: keys of one
 * user, so of one hash slot. A missing key reads as a text without a generation.
 *
 * Scripts return JSON text. The one that every request runs is a single expression: a local function
 * and a text that is joined twice each cost a third of its time.
 *
 * Only the clock of Redis decides what has expired: the clocks of two app servers can differ.
 *
 * When memory is full, Redis rejects a script at its first write that needs memory. Renewals and
 * revocations must still work, so they begin with a write that needs none; a sign-in does not.
 */
import { GENERATION_LENGTH } from '@limen/core/store-kit'
import { ACTIVE_AT, DEADLINE_LENGTH, HEAD_LENGTH, IDLE_AT } from './record.ts'
import { FALSE, GRACE, NULL, TRUE, clock } from './script-parts.ts'

const generation = `
local function generation(key)
  return redis.call('GETRANGE', key, 0, ${GENERATION_LENGTH - 1})
end
`

/** Whether a session has the generation of its user. */
const isCurrent = `${generation}
local function isCurrent(user, session)
  local own = generation(session)
  return own ~= '' and own == generation(user)
end
`

/** Sets the expiry of a session, and of the index of its user's sessions. */
const expireAt = `
local function expireAt(session, index, id, time)
  local until_ = string.format('%.0f', time)
  redis.call('PEXPIREAT', session, until_)
  redis.call('ZADD', index, until_, id)
  if redis.call('PTTL', index) < redis.call('PTTL', session) then
    redis.call('PEXPIREAT', index, until_)
  end
end
`

/** Stores a session by the arguments of {@link INSERT}. Its first write needs memory. */
const storeSession = `
local until_ = math.max(tonumber(ARGV[2]), now + math.max(tonumber(ARGV[3]), 0)) + ${GRACE}
redis.call('ZADD', KEYS[3], string.format('%.0f', until_), ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', string.format('%.0f', now))
redis.call('SET', KEYS[2], user:sub(1, ${GENERATION_LENGTH}) .. ARGV[4])
expireAt(KEYS[2], KEYS[3], ARGV[1], until_)
`

/** Merges the changes in ARGV into a text: names and values in turn. An empty value removes the attribute. */
const merged = `
local function nameIn(line)
  local at = line:find('["\\\\]', 2)
  while line:sub(at, at) ~= '"' do at = line:find('["\\\\]', at + 2) end
  return line:sub(1, at)
end
local function merged(text)
  local isChanged, lines = {}, {}
  for i = 1, #ARGV, 2 do isChanged[ARGV[i]] = true end
  local head = text:find('\\n', 1, true)
  for line in text:sub(head):gmatch('\\n("[^\\n]*)') do
    if not isChanged[nameIn(line)] then
      lines[#lines + 1] = '\\n' .. (line:sub(-1) == ',' and line:sub(1, -2) or line)
    end
  end
  for i = 1, #ARGV, 2 do
    if ARGV[i + 1] ~= '' then lines[#lines + 1] = '\\n' .. ARGV[i] .. ':' .. ARGV[i + 1] end
  end
  return text:sub(1, head - 1) .. table.concat(lines, ',') .. '\\n}}'
end
`

/** KEYS: user, session. Returns both, or null. */
export const READ: string = `
local user, session = redis.call('GET', KEYS[1]), redis.call('GET', KEYS[2])
if not user or not session or user:sub(1, ${GENERATION_LENGTH}) ~= session:sub(1, ${GENERATION_LENGTH}) then
  ${NULL}
end
return '{"answer":{"user":' .. user:sub(${GENERATION_LENGTH + 1}) .. ',"session":' .. session:sub(${GENERATION_LENGTH + 1}) .. '}}'
`

/**
 * KEYS: user, session, index. ARGV: id, idle deadline, milliseconds until then by the clock that set
 * it, session. Returns the user, or null.
 */
export const INSERT: string = `${clock}${expireAt}
local user = redis.call('GET', KEYS[1])
if not user then ${NULL} end
local now = clock()
${storeSession}
return '{"answer":' .. user:sub(${GENERATION_LENGTH + 1}) .. '}'
`

/**
 * KEYS: user, session, index, the session to replace, if any, and other sessions. ARGV: as of
 * {@link INSERT}, then the id of the session to replace or '', three texts of the limit or '' (most,
 * what happens, the time), and the ids of the other sessions.
 *
 * Returns the user, or null; that the limit refuses the session; or, when the user has sessions that
 * were not named and can exceed the limit, the ids of all.
 */
export const INSERT_WITH_OPTIONS: string = `${generation}${clock}${expireAt}
local user = redis.call('GET', KEYS[1])
if not user then ${NULL} end
local own = user:sub(1, ${GENERATION_LENGTH})
local stored = '{"answer":{"user":' .. user:sub(${GENERATION_LENGTH + 1}) .. '}}'
-- A client that lost the answer can send the script again.
if generation(KEYS[2]) == own then return stored end
local replaced, most, now = ARGV[5], tonumber(ARGV[6]), clock()
if replaced ~= '' and generation(KEYS[4]) ~= own then ${NULL} end
local others, ended = 0, {}
if most then
  others = redis.call('ZCOUNT', KEYS[3], string.format('%.0f', now), '+inf')
  if replaced ~= '' and redis.call('ZSCORE', KEYS[3], replaced) then others = others - 1 end
end
if most and others >= most then
  local valid, named, before = {}, 0, #KEYS - #ARGV
  for i = 9, #ARGV do
    if redis.call('ZSCORE', KEYS[3], ARGV[i]) then named = named + 1 end
    local head = redis.call('GETRANGE', KEYS[before + i], 0, ${HEAD_LENGTH - 1})
    if ARGV[i] ~= replaced and head:sub(1, ${GENERATION_LENGTH}) == own
      and tonumber(head:sub(${IDLE_AT + 1}, ${IDLE_AT + DEADLINE_LENGTH})) > tonumber(ARGV[8]) then
      local createdAt = tonumber(head:match('"createdAt":([^,]+)'))
      valid[#valid + 1] = { key = KEYS[before + i], id = ARGV[i], createdAt = createdAt }
    end
  end
  if named < redis.call('ZCARD', KEYS[3]) then
    return '{"answer":{"ids":' .. cjson.encode(redis.call('ZRANGE', KEYS[3], 0, -1)) .. '}}'
  end
  local excess = #valid + 1 - most
  if excess > 0 and ARGV[7] == 'refuse' then return '{"answer":{"isRefused":true}}' end
  table.sort(valid, function(a, b) return a.createdAt < b.createdAt end)
  for i = 1, excess do ended[i] = valid[i] end
end
if replaced ~= '' then ended[#ended + 1] = { key = KEYS[4], id = replaced } end
${storeSession}
for _, session in ipairs(ended) do
  redis.call('UNLINK', session.key)
  redis.call('ZREM', KEYS[3], session.id)
end
return stored
`

/**
 * KEYS: user, session, index. ARGV: id, active and idle deadline. Returns whether the session exists.
 *
 * The expiry of the key moves by as much as the deadline: only two times of one clock are compared.
 */
export const RENEW: string = `${isCurrent}${clock}${expireAt}
if not isCurrent(KEYS[1], KEYS[2]) then ${FALSE} end
local function later(at, new)
  local old = redis.call('GETRANGE', KEYS[2], at, at + ${DEADLINE_LENGTH - 1})
  local by = math.max(tonumber(new) - tonumber(old), 0)
  return by, by > 0 and new or old
end
local activeBy, active = later(${ACTIVE_AT}, ARGV[2])
local idleBy, idle = later(${IDLE_AT}, ARGV[3])
if activeBy + idleBy > 0 then
  local left = math.max(redis.call('PTTL', KEYS[2]), 0)
  local until_ = math.max(tonumber(idle) + ${GRACE}, clock() + left + idleBy)
  expireAt(KEYS[2], KEYS[3], ARGV[1], until_)
  redis.call('SETRANGE', KEYS[2], ${ACTIVE_AT}, active)
  redis.call('SETRANGE', KEYS[2], ${IDLE_AT}, idle)
end
${TRUE}
`

/** KEYS: user, session. ARGV: changes. Returns whether the session exists. */
export const UPDATE: string = `${isCurrent}${merged}
if not isCurrent(KEYS[1], KEYS[2]) then ${FALSE} end
redis.call('SET', KEYS[2], merged(redis.call('GET', KEYS[2])), 'KEEPTTL')
${TRUE}
`

/** KEYS: session, index. ARGV: id. */
export const DELETE: string = `
redis.call('UNLINK', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
${TRUE}
`

/** KEYS: user, session, index. ARGV: id. Returns whether the session existed. */
export const DELETE_EXISTING: string = `${isCurrent}
if not isCurrent(KEYS[1], KEYS[2]) then ${FALSE} end
redis.call('UNLINK', KEYS[2])
redis.call('ZREM', KEYS[3], ARGV[1])
${TRUE}
`

/** KEYS: user, index, and the excepted session, if any. ARGV: new generation, id of that session. */
export const DELETE_BY_USER: string = `${generation}
local old = generation(KEYS[1])
if old == '' then ${TRUE} end
local excepted = KEYS[3] and generation(KEYS[3]) == old
local until_ = excepted and redis.call('ZSCORE', KEYS[2], ARGV[2])
redis.call('UNLINK', KEYS[2])
redis.call('SETRANGE', KEYS[1], 0, ARGV[1])
if excepted then redis.call('SETRANGE', KEYS[3], 0, ARGV[1]) end
if until_ then
  redis.call('ZADD', KEYS[2], until_, ARGV[2])
  redis.call('PEXPIREAT', KEYS[2], until_)
end
${TRUE}
`

/**
 * KEYS: user, index, sessions. ARGV: their ids. Returns the user and those sessions, null for each
 * that does not exist; or, when the user has sessions that were not named, the ids of all.
 */
export const LIST: string = `
local user = redis.call('GET', KEYS[1])
if not user then ${NULL} end
local sessions, listed = {}, 0
for i, id in ipairs(ARGV) do
  if redis.call('ZSCORE', KEYS[2], id) then listed = listed + 1 end
  local session = redis.call('GET', KEYS[i + 2])
  local isCurrent = session and session:sub(1, ${GENERATION_LENGTH}) == user:sub(1, ${GENERATION_LENGTH})
  sessions[i] = isCurrent and session:sub(${GENERATION_LENGTH + 1}) or 'null'
end
if listed < redis.call('ZCARD', KEYS[2]) then
  return '{"answer":{"ids":' .. cjson.encode(redis.call('ZRANGE', KEYS[2], 0, -1)) .. '}}'
end
return '{"answer":{"user":' .. user:sub(${GENERATION_LENGTH + 1}) .. ',"sessions":[' .. table.concat(sessions, ',') .. ']}}'
`

/** KEYS: user. ARGV: generation, user. Returns whether this call created it, sent once or again. */
export const CREATE_USER: string = `${generation}
local old = generation(KEYS[1])
if old == ARGV[1] then ${TRUE} end
if old ~= '' then ${FALSE} end
redis.call('SET', KEYS[1], ARGV[1] .. ARGV[2])
${TRUE}
`

/** KEYS: user. Returns it, or null. */
export const READ_USER: string = `
local user = redis.call('GET', KEYS[1])
if not user then ${NULL} end
return '{"answer":' .. user:sub(${GENERATION_LENGTH + 1}) .. '}'
`

/** KEYS: user. ARGV: changes. Returns whether the user exists. */
export const UPDATE_USER: string = `${merged}
local user = redis.call('GET', KEYS[1])
if not user then ${FALSE} end
redis.call('SET', KEYS[1], merged(user))
${TRUE}
`

/** KEYS: user, index. */
export const DELETE_USER: string = `
redis.call('UNLINK', KEYS[1], KEYS[2])
${TRUE}
`
