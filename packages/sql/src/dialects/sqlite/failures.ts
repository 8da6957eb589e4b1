/** What SQLite's errors mean. */
import type { EngineError, Failures } from '../dialect.ts'

/** Primary result codes that no later call changes, by number and by name. */
const REJECTED_RESULTS = new Set([1, 11, 18, 19, 20, 25, 26])
const REJECTED_RESULT_NAMES = /\bSQLITE_(ERROR|TOOBIG|CONSTRAINT|MISMATCH|RANGE|NOTADB|CORRUPT)/
const RESULT_NAME = /\bSQLITE_[A-Z]/
/** Their messages, where a client gives no result code. */
const REJECTED_MESSAGES =
  /\bno such (table|column)|has no column named|constraint failed|datatype mismatch|too many SQL variables|string or blob too big|syntax error|not a database|disk image is malformed/

export const failures: Failures = {
  isRejection({ code, errcode, message }: EngineError) {
    // The extended result code of node:sqlite, whose low byte is the primary one.
    if (typeof errcode === 'number') return REJECTED_RESULTS.has(errcode & 0xff)
    const named = [code, message].find((text) => typeof text === 'string' && RESULT_NAME.test(text))
    return named === undefined
      ? REJECTED_MESSAGES.test(message)
      : REJECTED_RESULT_NAMES.test(named as string)
  },
  isMissingTable: ({ message }) => /\bno such table/.test(message),
}
