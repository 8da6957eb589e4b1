/** What a test case acts in: a site on a real platform, and browsers that visit it. */
import { Buffer } from 'node:buffer'
import { type TestClock, type Visitor, testClock, visitor } from '@limen/testing'
import { createApp } from '../src/app.ts'
import { type Cost, deriveWithScrypt, passphraseHashes } from '../src/passphrase-hash.ts'
import type { Mail, Site, SiteOptions } from '../src/site.ts'

/** A site, and browsers that visit it. */
export interface World {
  readonly site: Site
  /** The clock of the site. */
  readonly clock: TestClock
  /** The e-mails that the site sent, the oldest first, if it has no `sendMail` of its own. */
  readonly mails: readonly Mail[]
  /** The cost of each hash that the site computed. */
  readonly hashed: readonly Cost[]
  /** Returns an e-mail address that no other case uses. */
  readonly email: () => string
  /** Opens a browser without cookies, by default with an IP address that no other one has. */
  readonly visit: (client?: string) => Browser
  /** Returns such an IP address. */
  readonly client: () => string
}

/** A browser. */
export interface Browser extends Visitor {
  readonly get: (path: string) => Promise<Response>
  /** Submits a form. `headers` replace those of a page of the site. */
  readonly post: (
    path: string,
    fields?: Record<string, string>,
    headers?: Record<string, string>,
  ) => Promise<Response>
}

/** A test case, which passes on every platform. */
export interface Case {
  readonly name: string
  readonly run: (world: World) => Promise<void>
}

/** The headers of a form on another site. */
export const CROSS_SITE = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }

/** The origin of the site. */
export const ORIGIN = 'https://app.example'

/** Sends a request to the app, from a client with an IP address. */
export type Send = (
  app: ReturnType<typeof createApp>,
  request: Request,
  client: string,
) => Response | Promise<Response>

/**
 * Creates a world on a platform. Worlds can share a database: nothing in it has the same name.
 *
 * @param sendMail Default: stores the e-mails in `mails`.
 */
export function createWorld(
  open: (options: SiteOptions) => Site,
  send: Send,
  sendMail?: Site['sendMail'],
): World {
  const mails: Mail[] = []
  const hashed: Cost[] = []
  const clock = testClock()
  const site = open({
    origin: ORIGIN,
    totpKey: Buffer.alloc(32, 7).toString('base64'),
    now: clock.now,
    sendMail: sendMail ?? (async (mail) => void mails.push(mail)),
  })
  const hashes = passphraseHashes((passphrase, salt, cost) => {
    hashed.push(cost)
    // A lower cost than the one that the site asks for: the tests would take minutes.
    return deriveWithScrypt(passphrase, salt, { ...cost, ln: 4 })
  })
  const app = createApp(site, hashes)
  const client = () => `2001:db8:${randomHex()}:${randomHex()}::1`
  return {
    site,
    clock,
    mails,
    hashed,
    client,
    email: () => `${crypto.randomUUID()}@example.com`,
    visit(from = client()) {
      const browser = visitor({ origin: ORIGIN, fetch: (request) => send(app, request, from) })
      return {
        ...browser,
        get: (path) => browser.fetch(path),
        post: (path, fields = {}, headers = {}) =>
          browser.fetch(path, { method: 'POST', body: new URLSearchParams(fields), headers }),
      }
    },
  }
}

function randomHex(): string {
  return (crypto.getRandomValues(new Uint16Array(1))[0] ?? 0).toString(16)
}
