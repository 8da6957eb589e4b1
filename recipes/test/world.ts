/** What a test case acts in: a site on a real platform, and browsers that visit it. */
import { Buffer } from 'node:buffer'
import type { InferSession } from '@limen/core'
import { type TestClock, type Visitor, signIn, testClock, visitor } from '@limen/testing'
import { createApp } from '../src/app.ts'
import { type Cost, deriveWithScrypt, passphraseHashes } from '../src/passphrase-hash.ts'
import type { Mail, Site, SiteAuth, SiteOptions } from '../src/site.ts'
import { exampleProvider } from './example-provider.ts'

/** A site, and browsers that visit it. */
export interface World {
  readonly site: Site
  /** The clock of the site. */
  readonly clock: TestClock
  // #if email
  /** The e-mails that the site sent, the oldest first, if it has no `sendMail` of its own. */
  readonly mails: readonly Mail[]
  // #end
  // #if recipes
  /** The cost of each hash that the site computed. */
  readonly hashed: readonly Cost[]
  // #end
  /** Returns an e-mail address that no other case uses. */
  readonly email: () => string
  /** Opens a browser without cookies, by default with an IP address that no other one has. */
  readonly visit: (client?: string) => Browser
  /** Opens the browser of a user who has just signed in: of a new one, without an id. */
  readonly visitSignedIn: (userId?: string) => Promise<SignedInBrowser>
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

/** The browser of a user who is signed in. */
interface SignedInBrowser extends Browser {
  readonly session: InferSession<SiteAuth>
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

/** Creates a world on a platform. Worlds can share a database: nothing in it has the same name. */
export function createWorld(
  open: (options: SiteOptions) => Site,
  send: Send,
  // #if recipes
  // Default: stores the e-mails in `mails`.
  sendMail?: Site['sendMail'],
  // #end
): World {
  // #if email
  const mails: Mail[] = []
  // #end
  // #if recipes
  const hashed: Cost[] = []
  // #end
  const clock = testClock()
  const site = open({
    now: clock.now,
    // #if tickets
    origin: ORIGIN,
    // #end
    // #if totp
    totpKey: Buffer.alloc(32, 7).toString('base64'),
    // #end
    // #if oauth
    providers: [exampleProvider],
    // #end
    // #if email
    sendMail: async (mail) => void mails.push(mail),
    // #end
    // #if recipes
    ...(sendMail && { sendMail }),
    // #end
  })
  // #if passphrase
  const hashes = passphraseHashes((passphrase, salt, cost) => {
    // #if recipes
    hashed.push(cost)
    // #end
    // A lower cost than the one that the site asks for: the tests would take minutes.
    return deriveWithScrypt(passphrase, salt, { ...cost, ln: 4 })
  })
  // #end
  const app = createApp(
    site,
    // #if passphrase
    hashes,
    // #end
  )
  const client = () => `2001:db8:${randomHex()}:${randomHex()}::1`
  const email = () => `${crypto.randomUUID()}@example.com`
  const optionsOf = (from: string) => ({
    origin: ORIGIN,
    fetch: (request: Request) => send(app, request, from),
  })
  return {
    site,
    clock,
    // #if email
    mails,
    // #end
    // #if recipes
    hashed,
    // #end
    client,
    email,
    visit: (from = client()) => browserOf(visitor(optionsOf(from))),
    async visitSignedIn(userId) {
      const attributes = {
        email: email(),
        // #if passphrase
        passphraseHash: null,
        // #end
      }
      const user = userId === undefined ? { attributes } : { userId }
      const visited = await signIn(site.auth, { ...user, ...optionsOf(client()) })
      return { ...browserOf(visited), session: visited.session }
    },
  }
}

function browserOf(visited: Visitor): Browser {
  return {
    ...visited,
    get: (path) => visited.fetch(path),
    post: (path, fields = {}, headers = {}) =>
      visited.fetch(path, { method: 'POST', body: new URLSearchParams(fields), headers }),
  }
}

function randomHex(): string {
  return (crypto.getRandomValues(new Uint16Array(1))[0] ?? 0).toString(16)
}
