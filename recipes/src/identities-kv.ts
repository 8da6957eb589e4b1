/** Identities in Deno KV. */
import { limen } from '@limen/core'
import { type Kv, type KvKey, denoKvStore } from '@limen/deno'
import { emailKey } from './email-key.ts'
import type { Identities, Identity } from './identities.ts'
import { kvPasskeys } from './passkeys-kv.ts'
import type { SiteAuth, UserAttributes } from './site.ts'

/** Identities in Deno KV. */
export function kvIdentities(kv: Kv, auth: SiteAuth): Identities {
  // #if passphrase
  const complete = limen({
    store: denoKvStore<UserAttributes>(kv),
    getUserAttributes: (attributes) => attributes,
  })
  // #end
  // #if passkey
  const passkeys = kvPasskeys(kv)
  // #end
  return { findUser, list, createUser, connect, disconnect, remove }

  async function findUser(identity: Identity): Promise<string | null> {
    return (await kv.get<string>(identityKey(identity))).value
  }

  async function list(userId: string): Promise<readonly Identity[]> {
    return (await kv.get<readonly Identity[]>(listKey(userId))).value ?? []
  }

  /**
   * If it stops after the user is created, that user has neither an address nor an identity: no visitor
   * can sign in to it, and the next call creates another one.
   */
  async function createUser(identity: Identity, email: string): Promise<string | null> {
    const attributes = {
      email,
      // #if passphrase
      passphraseHash: null,
      // #end
      // #if email
      emailVerified: true,
      // #end
    }
    const { userId } = await auth.createUser({ attributes })
    const created = kv
      .atomic()
      // Also an address whose sign-up stopped in the middle is taken: its user can still be created.
      .check({ key: emailKey(email), versionstamp: null })
      .check({ key: identityKey(identity), versionstamp: null })
      .set(emailKey(email), userId)
      .set(identityKey(identity), userId)
      .set(listKey(userId), [identity])
    if ((await created.commit()).ok) return userId
    await auth.deleteUser(userId)
    // The address is taken, or another sign-in with this identity created the user at the same time.
    return findUser(identity)
  }

  async function connect(identity: Identity, userId: string): Promise<boolean> {
    const before = await kv.get<readonly Identity[]>(listKey(userId))
    const connected = kv
      .atomic()
      .check(before)
      .check({ key: identityKey(identity), versionstamp: null })
      .set(identityKey(identity), userId)
      .set(listKey(userId), [...(before.value ?? []), identity])
    if ((await connected.commit()).ok) return true
    const owner = await findUser(identity)
    // Without an owner, the check failed because the list changed.
    return owner === null ? connect(identity, userId) : owner === userId
  }

  async function disconnect(identity: Identity, userId: string): Promise<boolean> {
    const before = await kv.get<readonly Identity[]>(listKey(userId))
    const others = (before.value ?? []).filter((each) => !isSame(each, identity))
    if (others.length === (before.value ?? []).length) return false
    let isLast = others.length === 0
    // #if passphrase or passkey
    isLast &&= !(await hasAnotherWay(userId))
    // #end
    if (isLast) return false
    const removed = kv.atomic().check(before).delete(identityKey(identity))
    const isDone = (await removed.set(listKey(userId), others).commit()).ok
    return isDone || disconnect(identity, userId)
  }

  // #if passphrase or passkey
  /** Whether a user can sign in without an identity. */
  async function hasAnotherWay(userId: string): Promise<boolean> {
    // #if passphrase
    const user = await complete.getUser(userId)
    if (user?.passphraseHash !== null) return true
    // #end
    // #if passkey
    if ((await passkeys.list(userId)).length > 0) return true
    // #end
    return false
  }
  // #end

  async function remove(userId: string, identity?: Identity): Promise<void> {
    const before = await kv.get<readonly Identity[]>(listKey(userId))
    const removed = kv.atomic().check(before)
    const others: Identity[] = []
    for (const each of before.value ?? []) {
      if (!identity || isSame(each, identity)) removed.delete(identityKey(each))
      else others.push(each)
    }
    if (!(await removed.set(listKey(userId), others).commit()).ok) await remove(userId, identity)
  }
}

function isSame(one: Identity, other: Identity): boolean {
  return one.provider === other.provider && one.subject === other.subject
}

function identityKey({ provider, subject }: Identity): KvKey {
  return ['identity', provider, subject]
}

function listKey(userId: string): KvKey {
  return ['identities', userId]
}
