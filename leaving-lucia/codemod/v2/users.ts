import { LuciaError, type User } from 'lucia'
import { sessions as auth } from './auth/index.ts'

/** Creates a user with a password. */
export async function signUp(username: string, password: string): Promise<User> {
  return auth.createUser({
    key: {
      providerId: 'username', // auth method
      providerUserId: username.toLowerCase(), // unique id when using "username" auth method
      password, // hashed by Lucia
    },
    attributes: {
      username,
    },
  })
}

/** The id of the user with a password. */
export async function signIn(username: string, password: string): Promise<string | null> {
  try {
    const key = await auth.useKey('username', username.toLowerCase(), password)
    return key.userId
  } catch (e) {
    if (
      e instanceof LuciaError &&
      (e.message === 'AUTH_INVALID_KEY_ID' || e.message === 'AUTH_INVALID_PASSWORD')
    ) {
      return null
    }
    throw e
  }
}
