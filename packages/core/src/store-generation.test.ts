import { describe, expect, it } from 'vitest'
import { GENERATION_LENGTH, newGeneration } from '@limen/core/store-kit'

describe('newGeneration()', () => {
  it('is 22 base64url characters, another each time', () => {
    const generations = Array.from({ length: 1000 }, newGeneration)
    for (const generation of generations) expect(generation).toMatch(/^[\w-]{22}$/)
    expect(new Set(generations).size).toBe(1000)
    expect(GENERATION_LENGTH).toBe(22)
  })
})
