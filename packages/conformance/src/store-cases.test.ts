import { memoryStore } from '@limen/core/memory-store'
import { describe, it } from 'vitest'
import { storeCases } from './index.ts'

describe('memoryStore()', () => {
  it.each(storeCases)('$name', ({ run }) => run(memoryStore()))
})
