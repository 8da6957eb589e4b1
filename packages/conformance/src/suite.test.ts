import { memoryStore } from '@limen/core/memory-store'
import { describe, it } from 'vitest'
import { type CaseSession, type CaseUser, storeSuite } from './index.ts'

describe('memoryStore()', () => {
  const open = () => {
    const store = memoryStore<CaseUser, CaseSession>()
    return { connect: () => store }
  }
  it.each(storeSuite({ open }, { histories: 100 }))('$name', ({ run }) => run(), 60_000)
})
