/** What is stored of a session's device, and the proofs and challenges that follow from it. */
import { platformSha256 } from './digest.ts'
import { sameHash } from './token.ts'

/** The stored attribute, parsed. */
export interface StoredDevice {
  /** Random: only the server has it. Proofs and challenges are computed from it. */
  readonly secret: string
  /** When the first refresh bound the session, in milliseconds. */
  readonly boundAt?: number | undefined
  /** The device's public key with its algorithm. Absent until a device has registered. */
  readonly key?: string | undefined
}

/** Writes the attribute: `<secret>`, and from the registration on ` <boundAt|-> <algorithm> <key>`. */
export function deviceText({ secret, boundAt, key }: StoredDevice): string {
  return key ? `${secret} ${boundAt ?? '-'} ${key}` : secret
}

/**
 * Parses the attribute. A session that was created without this extension has none.
 *
 * @returns `undefined` without the attribute, and `null` for a text of another form: a column may have
 * cut it off, so such a session must not count as one that was never bound.
 */
export function storedDevice(text: unknown): StoredDevice | null | undefined {
  if (text === undefined || text === null) return undefined
  const [found, secret, time, key] =
    /^([\w-]{43})(?: (-|\d+) ([ER]S256 \S+))?$/.exec(typeof text === 'string' ? text : '') ?? []
  if (!found) return null
  return { secret: secret!, boundAt: time && time !== '-' ? Number(time) : undefined, key }
}

/** Whether a session is bound: from then on, it needs a proof. */
export function isBound(text: unknown): boolean {
  const device = storedDevice(text)
  return device === null || device?.boundAt !== undefined
}

/** Creates and checks texts that only this server can have created for a session. */
export interface DeviceTags {
  /** `<session id>.<tag>`: it names the session, as a registration can carry no cookie. */
  offer(secret: string, sessionId: string): Promise<string>
  /** `<until>.<tag>`: valid until a time in seconds. */
  dated(kind: DatedKind, secret: string, sessionId: string, until: number): Promise<string>
  /** Whether a text is one of {@link DeviceTags.dated}, and valid at a time in seconds. */
  isValid(
    kind: DatedKind,
    secret: string,
    sessionId: string,
    text: string,
    time: number,
  ): Promise<boolean>
}

type DatedKind = 'proof' | 'challenge'

/** Finds the hash of the platform. */
export function deviceTags(): DeviceTags {
  const sha256 = platformSha256()
  // The secret is on both sides: a hash of the secret and a text alone can be extended.
  const tagOf = (secret: string, ...parts: (string | number)[]) =>
    sha256([secret, ...parts, secret].join(' '))
  const tags: DeviceTags = {
    offer: async (secret, sessionId) => `${sessionId}.${await tagOf(secret, 'offer', sessionId)}`,
    dated: async (kind, secret, sessionId, until) =>
      `${until}.${await tagOf(secret, kind, sessionId, until)}`,
    async isValid(kind, secret, sessionId, text, time) {
      const until = Number(/^\d{1,12}(?=\.)/.exec(text)?.[0])
      return until > time && sameHash(text, await tags.dated(kind, secret, sessionId, until))
    },
  }
  return tags
}
