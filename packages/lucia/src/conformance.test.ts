import { type CaseSession, type CaseUser, storeSuite } from '@limen/conformance'
import { describe, it } from 'vitest'
import { availableEngines } from '../test/engines.ts'
import { quoted } from '../test/sign-in.ts'
import { luciaV3 } from './index.ts'

describe.each(availableEngines())(
  'the store of luciaV3() after the upgrade in $name',
  ({ name, open }) => {
    const suite = storeSuite(
      {
        async open() {
          const database = await open(3)
          const user = quoted(database, 'user')
          const json = database.driver.dialect === 'sqlite' ? 'text' : 'json'
          await database.rows(`alter table ${user} drop column name`)
          await database.rows(`alter table ${user} add column attributes ${json}`)
          return {
            connect: (pace) =>
              luciaV3<CaseUser, CaseSession>(pace(database.driver), {
                user: { attributes: 'attributes' },
                session: {
                  columns: { device: 'text', seen: { type: 'json', optional: true } } as never,
                },
                upgrade: true,
              }).store,
            close: () => database.close(),
          }
        },
      },
      { histories: name === 'node:sqlite' ? 40 : 8 },
    )
    it.each(suite)('$name', ({ run }) => run())
  },
)
