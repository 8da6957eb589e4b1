import { inspect } from 'node:util'
import { type CaseSession, type CaseUser, recordsFor } from '@limen/conformance'
import { type Store, limen } from '@limen/core'
import { describe, expect, it } from 'vitest'
import { everywhere } from '../test/everywhere.ts'
import { dialects } from './dialects/index.ts'
import { type SqlDialect, type SqlLayout, migrate, sqlStore } from './index.ts'

const engines = await everywhere()

/** Everything that a log can show of a value. */
const shown = (error: unknown) => inspect(error, { showHidden: true, getters: true, depth: 9 })
const rejection = async (call: Promise<unknown>): Promise<Error & { cause?: unknown }> =>
  call.then(
    () => expect.unreachable('it succeeds'),
    (error: Error) => error,
  )

const broken: [how: string, statements: string[], message: RegExp][] = [
  [
    'a check fails',
    ['alter table limen_session add column quota int default 0 check (quota > 0)'],
    /quota/,
  ],
  ['the table is missing', ['drop table limen_session'], /limen_session/],
  ['a column is missing', ['alter table limen_session drop column secret_hash'], /secret_hash/],
  [
    'the hash has a column of another type',
    [
      'alter table limen_session drop column secret_hash',
      'alter table limen_session add column secret_hash int',
    ],
    /\bint/i,
  ],
]

describe.each(engines)('a failure in %s', (_, open) => {
  async function opened() {
    const { driver, maker, close } = await open()
    await migrate(maker)
    const store = sqlStore<CaseUser, CaseSession>(driver)
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    const session = (await recordsFor(store))('a')
    return { driver, maker, close, store, session }
  }

  it.each(broken)('P3: shows no hash where %s', async (_, statements, message) => {
    const { maker, close, store, session } = await opened()
    for (const statement of statements) await maker.batch([statement])
    for (const secretHash of ['a-marker'.padEnd(43, 'x'), 'a-marker']) {
      const marked = { ...session, secretHash }
      const error = await rejection(store.insert(marked))
      expect(error.message).toMatch(message)
      expect(shown(error)).not.toContain('marker')
      const limit = { most: 9, onLimit: 'refuse', now: 0 } as const
      const limited = await rejection(store.insert(marked, { limit }))
      expect(limited).toMatchObject({ code: 'AUTH_STORE_REJECTED' })
      expect(limited.message).toMatch(message)
      expect(shown(limited)).not.toContain('marker')

      const marking: Store<CaseUser, CaseSession> = { ...store, insert: () => store.insert(marked) }
      const signIn = limen({ store: marking }).createSession({
        userId: 'ada',
        attributes: { device: 'phone' },
      })
      const failed = await rejection(signIn)
      expect(failed).toMatchObject({ code: 'AUTH_STORE_REJECTED', message: error.message })
      expect(shown(failed)).not.toContain('marker')
    }
    await close()
  })

  it('P3: shows no hash that is in the row', async () => {
    const { driver, maker, close, store, session } = await opened()
    await store.insert({ ...session, secretHash: 'a-marker'.padEnd(43, 'x') })
    for (const statement of rowsAreRefused[driver.dialect]!) await maker.batch([statement])
    for (const call of [
      () => store.renew(session.id, session),
      () => store.update(session.id, { device: 'new' }),
    ]) {
      const error = await rejection(call())
      expect(error.message).not.toBe('')
      expect(shown(error)).not.toContain('marker')
    }
    await close()
  })

  it('has the codes and names of the engine, without the values of attributes', async () => {
    const { driver, maker, close } = await open()
    const layout: SqlLayout<{ mail: string }> = {
      user: { table: 'app_user', columns: { mail: 'text' } },
    }
    const id = dialects[maker.dialect].schema.types.id
    await maker.batch([
      `create table app_user (id ${id} primary key, mail varchar(99), constraint one_mail unique (mail))`,
    ])
    await migrate(maker, layout)
    const store = sqlStore(driver, layout)
    for (const mail of ['ada@example.com', 'a@b.c']) {
      await store.createUser({ id: mail, attributes: { mail } })
      const error = await rejection(store.createUser({ id: 'eve', attributes: { mail } }))
      expect(error).toMatchObject({
        code: 'AUTH_STORE_REJECTED',
        cause: duplicate[driver.dialect]!,
      })
      expect(shown(error)).not.toContain(mail)
    }
    await close()
  })
})

const duplicate: Partial<Record<SqlDialect, object>> = {
  sqlite: {
    code: expect.stringMatching(/SQLITE/),
    message: expect.stringMatching(/app_user.mail/),
  },
  postgres: { code: '23505', message: expect.stringMatching(/"one_mail"/) },
  mysql: { code: 'ER_DUP_ENTRY', errno: 1062, sqlState: '23000' },
  mariadb: { code: 'ER_DUP_ENTRY', errno: 1062, sqlState: '23000' },
}
const refusedByTrigger = (refuse: string) => [
  `create trigger refused before update on limen_session for each row ${refuse}`,
]
const signal = refusedByTrigger(
  `begin declare words varchar(128) default concat('refused ', old.secret_hash); signal sqlstate '45000' set message_text = words; end`,
)
/** PostgreSQL puts the row into its message; the others do where a trigger puts it there. */
const rowsAreRefused: Partial<Record<SqlDialect, readonly string[]>> = {
  postgres: ['alter table limen_session add constraint quota check (created_at < 0) not valid'],
  sqlite: refusedByTrigger(`begin select raise(abort, 'refused'); end`),
  mysql: signal,
  mariadb: signal,
}
