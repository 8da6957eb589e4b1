/** For the benchmark: what `/api/data` answers, without a session. */
export default defineEventHandler(() => ({ who: 'Ada' }))
