import { memoryStore } from '@limen/core/memory-store'
import { memoryTicketStore } from '@limen/core/tickets'
import { describe, it } from 'vitest'
import { type CaseSession, type CaseUser, storeSuite, ticketSuite } from './index.ts'

describe('memoryStore()', () => {
  const open = () => {
    const store = memoryStore<CaseUser, CaseSession>()
    return { connect: () => store }
  }
  it.each(storeSuite({ open }, { histories: 100 }))('$name', ({ run }) => run(), 60_000)
})

describe('memoryTicketStore()', () => {
  const open = () => {
    const store = memoryTicketStore()
    return { connect: () => store }
  }
  it.each(ticketSuite({ open }))('$name', ({ run }) => run())
})
