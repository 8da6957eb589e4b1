/**
 * The scripts of the store of tickets: one for each call, with the key of one ticket.
 *
 * `ticket-text.ts` defines the layout of a text. A missing key reads as a text without attempts.
 *
 * When memory is full, Redis rejects a script at its first write that needs memory. A take and an
 * attempt must still work, so they begin with a write that needs none.
 */
import { GRACE, NULL, TRUE, clock } from './script-parts.ts'
import { ATTEMPTS_AT, ATTEMPTS_LENGTH } from './ticket-text.ts'

/** ARGV: ticket, when it expires, milliseconds until then by the clock of the app server. */
export const PUT: string = `${clock}
local until_ = math.max(tonumber(ARGV[2]), clock() + math.max(tonumber(ARGV[3]), 0)) + ${GRACE}
redis.call('SET', KEYS[1], ARGV[1])
redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', until_))
${TRUE}
`

/** Deletes the ticket and returns it, or null. */
export const TAKE: string = `
local ticket = redis.call('GET', KEYS[1])
if not ticket then ${NULL} end
redis.call('UNLINK', KEYS[1])
return '{"answer":' .. ticket .. '}'
`

/**
 * Returns the ticket after this attempt, or null.
 *
 * PERSIST is the write that needs no memory; the expiry that it removes is set again.
 */
export const ATTEMPT: string = `${clock}
local left = tonumber(redis.call('GETRANGE', KEYS[1], ${ATTEMPTS_AT}, ${ATTEMPTS_AT + ATTEMPTS_LENGTH - 1}))
if not left or left < 1 then ${NULL} end
local lifetime = redis.call('PTTL', KEYS[1])
redis.call('PERSIST', KEYS[1])
redis.call('SETRANGE', KEYS[1], ${ATTEMPTS_AT}, string.format('%${ATTEMPTS_LENGTH}.0f', left - 1))
local ticket = redis.call('GET', KEYS[1])
if lifetime >= 0 then
  redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', clock() + lifetime))
end
return '{"answer":' .. ticket .. '}'
`
