/** What the comments say that the codemod leaves in the code. */

const KEYS =
  'Limen has no keys. Read the table of keys yourself ("select user_id, hashed_password from user_key where id = ?", with the id "provider:id"), and check the hash with verifyLuciaPassword() of @limen/lucia/password.'
const ORIGIN =
  'Limen checks the origin: use authRequest.origin, or requireOrigin(auth) of your framework’s adapter. validate() and setSession() check it too.'
const OWN_HELPER = 'Limen has no such function. Keep the old package for it, or write your own.'

/** The calls on the auth object of version 2 that the reader must change. */
export const V2_CALLS: Readonly<Record<string, string>> = {
  useKey: KEYS,
  createKey: KEYS,
  getKey: KEYS,
  getAllUserKeys: KEYS,
  deleteKey: KEYS,
  updateKeyPassword: KEYS,
  getUser: 'getUser() returns null for an unknown user; it throws no AUTH_INVALID_USER_ID.',
  getSession:
    'getSession() returns null for an unknown session; it throws no AUTH_INVALID_SESSION_ID.',
  deleteDeadUserSessions:
    'Limen deletes expired sessions of all users: auth.deleteExpiredSessions().',
  validateRequestOrigin: ORIGIN,
  transformDatabaseUser: 'Limen does not convert rows. Use auth.getUser(userId).',
  transformDatabaseSession: 'Limen does not convert rows. Use auth.getSession(sessionId).',
  transformDatabaseKey: KEYS,
}

/** The calls on the auth object of version 3 that the reader must change. */
export const V3_CALLS: Readonly<Record<string, string>> = {
  validateSession:
    'Use "const session = await authRequest.validate()", which reads the cookie and sets the renewed one itself; the user is session.user. auth.validateSession(token) takes a token and throws AUTH_INVALID_SESSION_ID.',
  createSessionCookie:
    'Pass the session that createSession() returned, or call authRequest.setSession(session): a cookie cannot be made from a session id.',
}

export const SESSION_ID = 'Limen creates session ids itself: the option sessionId is gone.'
export const REQUEST_NEEDED = 'Pass the Request: the header alone is not enough.'
export const KEY_OF_CREATE_USER =
  'createUser() stores no key. Insert the row yourself: "insert into user_key (id, user_id, hashed_password) values (?, ?, ?)", with the id "provider:id". The hash is your own from now on.'
export const EXPERIMENTAL = 'Limen has no such option. For logs, use onEvent.'
export const ADAPTER =
  'Describe the tables: ...luciaV2(driver, { user, session, key, upgrade: false }), or luciaV3(), with a driver of @limen/sql.'
export const JOINED_ADAPTER =
  'For users and sessions in two databases, use splitStore({ users, sessions }) of @limen/core.'
export const NO_ADAPTER =
  'Limen has no store for this database. Write one (docs/write-a-store.md), or move the users to another.'
export const DRIZZLE_CLIENT = 'Pass the client that Drizzle was given, and check the columns.'
export const PRISMA_CLIENT =
  'Pass a driver over the database client, as Prisma has none, and check the names and types of the columns.'
export const CSRF_DOMAIN = 'Set csrfProtection.baseDomain, to which the subdomains belong.'
export const NO_MIDDLEWARE = 'Limen has no adapter for this framework: docs/write-an-adapter.md.'
export const PASSWORD_HASH = 'Limen hashes no passwords: call your function where you check keys.'
export const ERROR_CODE =
  'This code is gone: keys and passwords are your own. Requests are refused as described in docs/errors/README.md.'
export const NO_TYPE = 'Limen has no type of this name.'

/** Exports of Lucia's modules that have no counterpart. */
export const EXPORTS: Readonly<Record<string, string>> = {
  verifyRequestOrigin: ORIGIN,
  generateRandomString: OWN_HELPER,
  isWithinExpiration: OWN_HELPER,
  serializeCookie: OWN_HELPER,
  parseCookie: OWN_HELPER,
  generateId: 'Leave userId out of createUser(), or use crypto.randomUUID().',
  generateIdFromEntropySize: 'Leave userId out of createUser(), or use crypto.randomUUID().',
  createKeyId: 'A key’s id is the text "provider:id".',
  generateLuciaPasswordHash: 'Hash new passwords by a library of your choice.',
  Scrypt: 'To check old hashes, use verifyLuciaPassword() of @limen/lucia/password.',
  LegacyScrypt: 'To check old hashes, use verifyLuciaPassword() of @limen/lucia/password.',
  TimeSpan: 'Limen takes milliseconds.',
}
