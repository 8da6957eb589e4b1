import { defineHandler } from 'nitro'

/** For the benchmark: what `/data` answers, without a session. */
export default defineHandler(() => ({ who: 'Ada' }))
