import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'

it('the migration of Limen’s tables equals the one in @limen/workers', async () => {
  const [ours, theirs] = await Promise.all(
    [
      new URL('../migrations/0001_limen.sql', import.meta.url),
      new URL('../migrations/0001_limen.sql', import.meta.resolve('@limen/workers')),
    ].map((file) => readFile(file)),
  )

  expect(ours).toEqual(theirs)
})
