import { describe, expect, inject, it } from 'vitest'
import { checkPage, newDatabase, signIn, startPage } from '../load/postgres.ts'
import { pages } from '../postgres/page.ts'

const server = inject('pagesServer')

describe.skipIf(!server)('H1: the page on PostgreSQL', () => {
  it.each(pages)(
    'by $name greets a signed-in visitor by name and refuses a wrong cookie',
    async (page) => {
      const database = await newDatabase(server!, `${page.as.toLowerCase()}_test`)
      await using running = await startPage(page, database)
      for (const name of ['Ada', 'Bob']) {
        const cookie = await signIn(running, name)
        await expect(checkPage(running, name, cookie)).resolves.toBeUndefined()
      }
    },
    60_000,
  )
})
