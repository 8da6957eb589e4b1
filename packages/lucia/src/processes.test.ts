import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { availableEngines, sqliteFile } from '../test/engines.ts'
import { quoted, signInByLucia } from '../test/sign-in.ts'

const program = fileURLToPath(new URL('../test/visitor-process.ts', import.meta.url))

/** A process that visits with the cookies that it is sent. */
class Visitors {
  readonly #process: ChildProcess
  readonly #lines: AsyncIterator<string>

  constructor(address: string) {
    this.#process = spawn(process.execPath, [program, address], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#lines = createInterface(this.#process.stdout!)[Symbol.asyncIterator]()
  }

  async ready(): Promise<void> {
    await this.#lines.next()
  }

  async visit(old: string): Promise<readonly (readonly [userId: string, token: string])[]> {
    this.#process.stdin!.write(`${old}\n`)
    return JSON.parse((await this.#lines.next()).value as string) as [string, string][]
  }

  async end(): Promise<void> {
    const ended = once(this.#process, 'exit')
    this.#process.stdin!.end()
    await ended
  }
}

const [, ...servers] = availableEngines()

describe.each([sqliteFile, ...servers])('two processes on one database in $name', ({ open }) => {
  it('move one row for 50 requests with one old cookie, and give one token', async () => {
    const database = await open(3)
    const processes = [1, 2].map(() => new Visitors(database.address!))
    await Promise.all(processes.map((one) => one.ready()))
    for (let round = 1; round <= 5; round++) {
      const old = await signInByLucia(database, 3)

      const visits = (await Promise.all(processes.map((one) => one.visit(old)))).flat()

      expect(visits).toHaveLength(50)
      expect(new Set(visits.map(([userId]) => userId))).toEqual(new Set(['ada']))
      expect(new Set(visits.map(([, token]) => token)).size).toBe(1)
      expect(await database.rows(`select * from ${quoted(database, 'session')}`)).toEqual([])
      expect(await database.rows('select * from limen_session')).toHaveLength(round)
    }
    await Promise.all(processes.map((one) => one.end()))
    await database.close()
  })
})
