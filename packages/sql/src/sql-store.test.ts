import { type CaseSession, type CaseUser, storeSuite } from '@limen/conformance'
import { describe, inject, it } from 'vitest'
import { embedded } from '../test/embedded.ts'
import { knownExceptionsOfColumns, ownLayout, ownTable } from '../test/own-tables.ts'
import { migrate, sqlStore } from './index.ts'

describe.each(Object.entries(embedded))('sqlStore() in %s', (_, open) => {
  const suite = storeSuite(
    {
      async open() {
        const { driver, close } = await open()
        await migrate(driver)
        return { connect: (pace) => sqlStore<CaseUser, CaseSession>(pace(driver)), close }
      },
    },
    { histories: 300, ...inject('soak') },
  )
  it.each(suite)('$name', ({ run }) => run())
})

describe.each(Object.entries(embedded))('sqlStore() over columns in %s', (_, open) => {
  const suite = storeSuite(
    {
      async open() {
        const { driver, close } = await open()
        await driver.batch([ownTable(driver.dialect)])
        await migrate(driver, ownLayout)
        return { connect: (pace) => sqlStore(pace(driver), ownLayout), close }
      },
      knownExceptions: knownExceptionsOfColumns,
    },
    { histories: 40, ...inject('soak') },
  )
  it.each(suite)('$name', ({ run }) => run())
})
