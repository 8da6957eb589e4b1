/** Users in Deno KV: Limen's own, and the app's index of their addresses. */
import { isAuthError, limen } from '@limen/core'
import { type Kv, denoKvStore } from '@limen/deno'
import { emailKey } from './email-key.ts'
import type { Account, Accounts, SiteAuth, UserAttributes } from './site.ts'

/** Users in Deno KV. */
export function kvAccounts(kv: Kv, auth: SiteAuth): Accounts {
  // Unlike those of `auth`, its users have every attribute.
  const complete = limen({
    store: denoKvStore<UserAttributes>(kv),
    getUserAttributes: (attributes) => attributes,
  })
  return { create, findByEmail }

  async function create(attributes: UserAttributes): Promise<string | null> {
    const userId = await claim(attributes.email)
    try {
      await auth.createUser({ userId, attributes })
      return userId
    } catch (error) {
      // Another call created the user of this address.
      if (isAuthError(error) && error.code === 'AUTH_DUPLICATE_USER_ID') return null
      throw error
    }
  }

  /**
   * Returns the id that an address has, and gives it one at the first call. If a sign-up stops after
   * this, the next one continues with the same id.
   */
  async function claim(email: string): Promise<string> {
    const key = emailKey(email)
    const userId = crypto.randomUUID()
    const isFirst = kv.atomic().check({ key, versionstamp: null }).set(key, userId).commit()
    if ((await isFirst).ok) return userId
    const { value } = await kv.get<string>(key)
    return value ?? claim(email)
  }

  async function findByEmail(email: string): Promise<Account | null> {
    const { value: userId } = await kv.get<string>(emailKey(email))
    return userId === null ? null : complete.getUser(userId)
  }
}
