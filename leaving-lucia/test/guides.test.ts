/** Each guide is followed from an empty folder: a visitor who signed in at the start stays signed in. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { Follower, packed, stepsOf } from './follow.ts'

let tarballs: ReadonlyMap<string, string>

async function newFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'leaving-lucia-'))
}

beforeAll(async () => {
  const folder = await newFolder()
  tarballs = await packed(folder)
  return () => rm(folder, { recursive: true })
})

/** A browser with one jar. */
class Visitor {
  readonly cookies = new Map<string, string>()

  async send(port: number, path: string, form?: Record<string, string>): Promise<string> {
    const origin = `http://localhost:${port}`
    const Cookie = Array.from(this.cookies, ([name, value]) => `${name}=${value}`).join('; ')
    const own = { Origin: origin, 'Sec-Fetch-Site': 'same-origin' }
    const response = await fetch(origin + path, {
      redirect: 'manual',
      headers: { ...(Cookie && { Cookie }), ...(form && own) },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    })
    for (const header of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(header)!
      if (/Max-Age=0|Expires=Thu, 01 Jan 1970/.test(header)) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    return response.text()
  }
}

const account = { username: 'ada', password: 'pässwörd ﬁ' }

describe.each([
  ['leaving-lucia-v3.md', '/sign-in', 'session'],
  ['leaving-lucia-v2.md', '/sign-up', 'user_session'],
])('docs/%s', (page, signIn, table) => {
  it('keeps everyone signed in at every step', async () => {
    const folder = await newFolder()
    onTestFinished(() => rm(folder, { recursive: true }))
    await using follower = new Follower(folder, tarballs)
    const [visitor, late] = [new Visitor(), new Visitor()]
    const jars: string[] = []
    let starts = 0
    for (const step of stepsOf(page)) {
      const isStarted = await follower.take(step)
      if (!isStarted) continue
      const { port } = follower
      starts++
      if (starts === 1) {
        expect(await visitor.send(port, '/')).toBe('Please sign in')
        await visitor.send(port, signIn, account)
        await late.send(port, '/sign-in', account)
      }
      expect(await visitor.send(port, '/')).toBe('Hello ada')
      // One who has the right password can sign in at each step, and out.
      const guest = new Visitor()
      await guest.send(port, '/sign-in', account)
      expect(await guest.send(port, '/')).toBe('Hello ada')
      await guest.send(port, '/sign-out', {})
      expect([await guest.send(port, '/'), guest.cookies.size]).toEqual(['Please sign in', 0])
      if (signIn === '/sign-up') {
        const wrong = { ...account, password: 'wrong' }
        expect(await guest.send(port, '/sign-in', wrong)).toBe('Wrong name or password')
      }
      jars.push([...visitor.cookies.keys()].join())
      // This one comes again only when the old table was dropped.
      if (starts === 4) expect(await late.send(port, '/')).toBe('Hello ada')
    }
    const old = 'auth_session'
    const own = '__Host-Http-session'
    expect(jars).toEqual([old, old, own, own, own])
    const db = new DatabaseSync(join(folder, 'app.db'))
    const tables = db.prepare("select name from sqlite_master where type = 'table'").all()
    db.close()
    const names = tables.map(({ name }) => name)
    expect(names).toContain('limen_session')
    expect(names).not.toContain(table)
  })
})
