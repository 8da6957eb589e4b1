/**
 * A user or a session as the text of one Redis string: its generation, then its JSON.
 *
 * The deadlines of a session are padded with spaces, so that a script finds and replaces them by
 * position. Each attribute is a line of its own, `"name":value`, and JSON has no raw line break inside
 * a string, so a script can merge attributes without a JSON parser. (`cjson` would turn `[]` into `{}`
 * and round numbers to 14 digits.)
 */
import type { Deadlines, RoutedId, SessionRecord, UserRecord } from '@limen/core'
import { GENERATION_LENGTH } from '@limen/core/store-kit'

const ACTIVE = '{"activePeriodExpiresAt":'
const IDLE = ',"idlePeriodExpiresAt":'
const HASH = ',"secretHash":'
const CREATED = ',"createdAt":'
/** The length of a hash in its quotation marks. */
const HASH_LENGTH = 45

/** The length of a padded deadline: enough for every time of a `Date`. */
export const DEADLINE_LENGTH = 20
/** Where the first deadline begins, counted from 0. */
export const ACTIVE_AT: number = GENERATION_LENGTH + ACTIVE.length
/** Where the second deadline begins, counted from 0. */
export const IDLE_AT: number = ACTIVE_AT + DEADLINE_LENGTH + IDLE.length
/** The length of a session's text up to its attributes, at most. */
export const HEAD_LENGTH: number =
  IDLE_AT + 2 * DEADLINE_LENGTH + HASH.length + HASH_LENGTH + CREATED.length

/** A user, without its generation. */
export function userText({ id: { id }, attributes }: UserRecord<unknown, RoutedId>): string {
  return `{"id":${JSON.stringify(id)},${attributesText(attributes)}}`
}

/** A session without its generation, and without the id and the user id, which are in its key. */
export function sessionText(session: SessionRecord<unknown, RoutedId>): string {
  const { secretHash, createdAt, attributes } = session
  const [active, idle] = deadlineTexts(session)
  const own = `${HASH}${JSON.stringify(secretHash)}${CREATED}${createdAt}`
  return `${ACTIVE}${active}${IDLE}${idle}${own},${attributesText(attributes)}}`
}

/** Both deadlines as they are in a text. */
export function deadlineTexts(deadlines: Deadlines): [active: string, idle: string] {
  const { activePeriodExpiresAt, idlePeriodExpiresAt } = deadlines
  return [padded(activePeriodExpiresAt), padded(idlePeriodExpiresAt)]
}

/** An update as a list of names and JSON texts in turn. The text is empty where the value is `undefined`. */
export function changesOf(attributes: object): string[] {
  return Object.entries(attributes).flatMap(([name, value]) => [
    JSON.stringify(name),
    JSON.stringify(value) ?? '',
  ])
}

function attributesText(attributes: unknown): string {
  const lines = Object.entries(attributes ?? {}).flatMap(([name, value]) => {
    const text = JSON.stringify(value)
    return text === undefined ? [] : `\n${JSON.stringify(name)}:${text}`
  })
  return `"attributes":{${lines.join(',')}\n}`
}

function padded(time: number): string {
  return String(time).padStart(DEADLINE_LENGTH)
}
