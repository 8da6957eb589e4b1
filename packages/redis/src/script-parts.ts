/** What the scripts of both stores have in common. */

/** How long an expired record stays stored, in milliseconds: clocks can differ. */
export const GRACE: number = 60 * 60 * 1000

export const TRUE = `return '{"answer":true}'`
export const FALSE = `return '{"answer":false}'`
export const NULL = `return '{"answer":null}'`

/** Milliseconds by the clock of Redis. */
export const clock = `
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
`
