import { type CaseSession, type CaseUser, storeCases } from '@limen/conformance'
import { describe, it } from 'vitest'
import { embedded } from '../test/embedded.ts'
import { declaredOfColumns, ownLayout, ownTable } from '../test/own-tables.ts'
import { migrate, sqlStore } from './index.ts'

describe.each(Object.entries(embedded))('sqlStore() in %s', (_, open) => {
  it.each(storeCases)('$name', async ({ run }) => {
    const { driver, close } = await open()
    await migrate(driver)
    await run(sqlStore<CaseUser, CaseSession>(driver))
    await close()
  })
})

describe.each(Object.entries(embedded))('sqlStore() over columns in %s', (_, open) => {
  it.each(storeCases)('$name', async ({ name, run }) => {
    const { driver, close } = await open()
    await driver.batch([ownTable[driver.dialect]])
    await migrate(driver, ownLayout)
    if (name in declaredOfColumns) return
    await run(sqlStore(driver, ownLayout))
    await close()
  })
})
