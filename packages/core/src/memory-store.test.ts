import { storeCases } from '@limen/conformance'
import { describe, it } from 'vitest'
import { memoryStore } from './memory-store.ts'

describe('memoryStore()', () => {
  it.each(storeCases)('$name', ({ run }) => run(memoryStore()))
})
