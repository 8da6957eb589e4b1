/** Tokens, ids and SHA-256. */
import { createHash } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { sha256 } from './digest.ts'
import { ID_BYTES, SECRET_BYTES, base64url, randomText, sameHash, tokenFormat } from './token.ts'

const createId = () => randomText(ID_BYTES)

const createSecret = () => randomText(SECRET_BYTES)

describe('tokens', () => {
  it('[T28] have an id of 128 and a secret of 256 random bits', () => {
    expect(createId()).toMatch(/^[\w-]{22}$/)
    expect(createSecret()).toMatch(/^[\w-]{43}$/)
    expect(new Set(Array.from({ length: 1000 }, createId)).size).toBe(1000)
  })

  it('are split after the id, which can begin with a route', () => {
    const [id, secret] = [createId(), createSecret()]
    expect(tokenFormat(0).parse(`${id}.${secret}`)).toEqual([id, secret])
    expect(tokenFormat(5).parse(`route${id}.${secret}`)).toEqual([`route${id}`, secret])
    expect(tokenFormat(5).parse(`${id}.${secret}`)).toBeNull()
    expect(tokenFormat(5).parse(`rou.e${id}.${secret}`)).toBeNull()
    expect(tokenFormat(0).parse(`${id}.${secret}\n`)).toBeNull()
    expect(tokenFormat(0).parse(`${id}.${secret.slice(1)}\n`)).toBeNull()
  })

  it('contain ids, which are distinguished from other text', () => {
    expect(tokenFormat(0).isId(createId())).toBe(true)
    const rest = createId().slice(1)
    for (const text of ['', 'x', `${rest}xx`, `${rest}.`, `.${rest}`]) {
      expect(tokenFormat(0).isId(text)).toBe(false)
    }
  })

  it('[T33] are compared to the last character', () => {
    expect(sameHash('abc', 'abc')).toBe(true)
    for (const other of ['abd', 'xbc', 'ab', 'abcd', '']) expect(sameHash('abc', other)).toBe(false)
    expect(sameHash('', 'abc')).toBe(false)
  })
})

describe('sha256()', () => {
  it.each(['', 'abc', 'ü🙂', 'x'.repeat(1000)])('hashes %.9s as node:crypto does', async (text) => {
    expect(await sha256(text)).toBe(createHash('sha256').update(text).digest('base64url'))
  })

  it('returns base64url', () => {
    expect(base64url(new Uint8Array([255, 255, 254]))).toBe('___-')
    expect(base64url(new Uint8Array([0]))).toBe('AA')
  })
})

// Bun's runner cannot stub globals.
describe.skipIf(!('unstubAllGlobals' in vi))('sha256() on another platform', () => {
  afterEach(() => void vi.unstubAllGlobals())

  const hash = (...args: string[]) => args.join(' ')
  const modules: Record<string, object> = { 'node:crypto': { hash } }
  const getBuiltinModule = (name: string) => modules[name]
  const expected = createHash('sha256').update('abc').digest('base64url')
  it.each([
    ['no process', undefined],
    ['a process that a bundler created', {}],
    ['a process that has no such module', { getBuiltinModule: () => undefined }],
  ])('uses crypto.subtle on a platform with %s', async (_, process) => {
    vi.stubGlobal('process', process)
    const hash = sha256('abc')
    expect(hash).toBeInstanceOf(Promise)
    expect(await hash).toBe(expected)
  })

  it('uses the built-in hash if the platform has one', () => {
    vi.stubGlobal('WebSocketPair', undefined)
    vi.stubGlobal('process', { getBuiltinModule })
    expect(sha256('abc')).toBe('sha256 abc base64url')
  })

  it('uses crypto.subtle in workerd, and does not read process, which takes 4 ms', async () => {
    vi.stubGlobal('WebSocketPair', class {})
    const read = vi.spyOn(globalThis, 'process', 'get')
    expect(await sha256('abc')).toBe(expected)
    expect(read).not.toHaveBeenCalled()
    read.mockRestore()
  })
})
