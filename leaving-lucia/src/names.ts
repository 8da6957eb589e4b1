/**
 * What each name of Lucia is in Limen: the source of `docs/lucia-names.md`. A test compares it with the
 * exports of the real packages and of ours.
 */

/**
 * A name of Lucia; the names of Limen that take its place; what to know.
 *
 * Names of Limen have a prefix that says where they are: `auth.`, `authRequest.`, `session.`, `user.`,
 * `cookie.`, `option.` (of `limen()`), `code.`, or the package, as in `@limen/sql:pg`.
 */
type NameRow = readonly [lucia: string, limen: readonly string[], note?: string]

/** The names of one kind. */
export interface NameGroup {
  readonly title: string
  readonly rows: readonly NameRow[]
}

const OWN_KEYS = 'your own statements over `user_key`, which stays as it is'
const OWN_ADAPTER = '[write an adapter](write-an-adapter.md), or use the package for the framework'

/** Version 2. */
export const names2: readonly NameGroup[] = [
  {
    title: 'Exports of `lucia`',
    rows: [
      ['lucia', ['@limen/core:limen']],
      ['DEFAULT_SESSION_COOKIE_NAME', [], "`'auth_session'`: `luciaV2()` uses it"],
      ['LuciaError', ['@limen/core:AuthError', '@limen/core:isAuthError'], 'it has `code`'],
      ['createKeyId', [], '`` `${providerId}:${providerUserId}` ``'],
      ['type GlobalAuth', ['@limen/core:Auth'], '`typeof auth`; nothing is declared globally'],
      ['type GlobalDatabaseUserAttributes', [], 'the first type argument of `luciaV2()`'],
      ['type GlobalDatabaseSessionAttributes', [], 'the second type argument of `luciaV2()`'],
      ['type User', ['@limen/core:InferUser']],
      ['type Key', [], OWN_KEYS],
      ['type Session', ['@limen/core:InferSession']],
      ['type Configuration', ['@limen/core:LimenConfig']],
      ['type Env', ['option.secure']],
      ['type Auth', ['@limen/core:Auth']],
      ['type Adapter', ['@limen/core:Store']],
      ['type InitializeAdapter', [], 'a store is an object'],
      ['type UserAdapter', ['@limen/core:UserStore']],
      ['type SessionAdapter', ['@limen/core:SessionStore']],
      ['type UserSchema', ['@limen/core:UserRecord']],
      ['type KeySchema', [], OWN_KEYS],
      ['type SessionSchema', ['@limen/core:SessionRecord']],
      ['type RequestContext', ['@limen/core:RequestContext']],
      ['type Middleware', ['@limen/core:Middleware']],
      ['type AuthRequest', ['@limen/core:InferAuthRequest', '@limen/core:AuthRequest']],
      ['type Cookie', ['@limen/core:SessionCookie']],
      ['type LuciaErrorConstructor', ['@limen/core:AuthError']],
    ],
  },
  {
    title: 'Options of `lucia()`',
    rows: [
      ['adapter', ['option.store'], '`...luciaV2(driver, …)`; with two adapters: `splitStore()`'],
      ['env', ['option.secure'], "`'PROD'` is `true`, the default"],
      ['middleware', ['option.middleware']],
      ['csrfProtection', ['option.csrfProtection'], '`true` is the default: leave it out'],
      ['csrfProtection.host', ['option.csrfProtection.host']],
      ['csrfProtection.hostHeader', ['option.csrfProtection.hostHeader']],
      [
        'csrfProtection.allowedSubDomains',
        ['option.csrfProtection.allowedSubdomains', 'option.csrfProtection.baseDomain'],
        'names need `baseDomain`',
      ],
      ['sessionExpiresIn', ['option.sessionExpiresIn']],
      ['sessionCookie', ['option.sessionCookie'], 'attributes are added to the defaults'],
      ['getSessionAttributes', ['option.getSessionAttributes']],
      ['getUserAttributes', ['option.getUserAttributes']],
      [
        'passwordHash',
        ['@limen/lucia/password:verifyLuciaPassword'],
        '[passwords](lucia-passwords.md)',
      ],
      ['experimental', ['option.onEvent'], 'events contain no secrets'],
    ],
  },
  {
    title: 'Calls of `auth`',
    rows: [
      ['getUser', ['auth.getUser'], 'returns `null` where it threw'],
      ['createUser', ['auth.createUser'], `without \`key\`: ${OWN_KEYS}`],
      ['updateUserAttributes', ['auth.updateUserAttributes']],
      ['deleteUser', ['auth.deleteUser'], 'deletes the keys too'],
      ['useKey', ['@limen/lucia/password:verifyLuciaPassword'], OWN_KEYS],
      ['createKey', [], OWN_KEYS],
      ['getKey', [], OWN_KEYS],
      ['getAllUserKeys', [], OWN_KEYS],
      ['updateKeyPassword', [], OWN_KEYS],
      ['deleteKey', [], OWN_KEYS],
      [
        'getSession',
        ['auth.getSession'],
        'returns `null` where it threw; takes an id, not a token',
      ],
      ['getAllUserSessions', ['auth.getAllUserSessions']],
      ['validateSession', ['auth.validateSession'], 'takes the token'],
      ['createSession', ['auth.createSession'], 'without `sessionId`: ids are random'],
      ['updateSessionAttributes', ['auth.updateSessionAttributes']],
      ['invalidateSession', ['auth.invalidateSession'], 'takes an id, not a token'],
      ['invalidateAllUserSessions', ['auth.invalidateAllUserSessions'], 'takes `{ except }` too'],
      ['deleteDeadUserSessions', ['auth.deleteExpiredSessions'], 'of all users, for a timer'],
      ['validateRequestOrigin', ['authRequest.origin'], '`validate()` and `setSession()` check it'],
      ['readSessionCookie', ['auth.readSessionCookie'], 'takes the request, not the header'],
      ['readBearerToken', ['auth.readBearerToken'], 'takes the request, not the header'],
      ['handleRequest', ['auth.handleRequest']],
      ['createSessionCookie', ['auth.createSessionCookie']],
      ['transformDatabaseUser', ['option.getUserAttributes']],
      ['transformDatabaseKey', [], OWN_KEYS],
      ['transformDatabaseSession', ['option.getSessionAttributes']],
    ],
  },
  {
    title: 'Calls of `authRequest`',
    rows: [
      ['validate', ['authRequest.validate']],
      ['validateBearerToken', ['authRequest.validateBearerToken']],
      ['setSession', ['authRequest.setSession'], 'throws on a cross-site request'],
      ['invalidate', ['authRequest.invalidate']],
    ],
  },
  {
    title: 'Properties',
    rows: [
      [
        'session.sessionId',
        ['session.sessionId'],
        'not the token: for that, `createBearerToken()`',
      ],
      ['session.user', ['session.user']],
      ['session.activePeriodExpiresAt', ['session.activePeriodExpiresAt']],
      ['session.idlePeriodExpiresAt', ['session.idlePeriodExpiresAt']],
      ['session.state', ['session.state']],
      ['session.fresh', ['session.fresh']],
      ['user.userId', ['user.userId']],
      ['cookie.name', ['cookie.name']],
      ['cookie.value', ['cookie.value']],
      ['cookie.attributes', ['cookie.attributes']],
      ['cookie.serialize', ['cookie.serialize']],
    ],
  },
  {
    title: 'Error codes',
    rows: [
      ['AUTH_INVALID_SESSION_ID', ['code.AUTH_INVALID_SESSION_ID']],
      ['AUTH_INVALID_USER_ID', ['code.AUTH_INVALID_USER_ID']],
      ['AUTH_INVALID_PASSWORD', [], '`verifyLuciaPassword()` returns `false`'],
      ['AUTH_OUTDATED_PASSWORD', [], 'a hash that begins with `$2a`: [bcrypt](lucia-passwords.md)'],
      ['AUTH_DUPLICATE_KEY_ID', [], 'an error of your own statement'],
      ['AUTH_INVALID_KEY_ID', [], 'no row of your own statement'],
      ['AUTH_INVALID_REQUEST', ['authRequest.origin', 'code.AUTH_UNTRUSTED_ORIGIN']],
      ['AUTH_NOT_AUTHENTICATED', ['authRequest.validate'], 'returns `null`'],
      ['REQUEST_UNAUTHORIZED', ['code.AUTH_UNTRUSTED_ORIGIN']],
      ['UNKNOWN_ERROR', ['code.AUTH_STORE_UNAVAILABLE', 'code.AUTH_STORE_REJECTED']],
    ],
  },
  {
    title: 'Exports of `lucia/middleware`',
    rows: [
      ['web', ['@limen/core:web']],
      ['hono', ['@limen/hono:hono']],
      ['lucia', ['auth.openRequest']],
      ...[
        'node',
        'express',
        'fastify',
        'sveltekit',
        'astro',
        'qwik',
        'elysia',
        'nextjs',
        'nextjs_future',
        'h3',
      ].map((name): NameRow => [name, ['@limen/core:Middleware'], OWN_ADAPTER]),
    ],
  },
  {
    title: 'Exports of `lucia/utils`',
    rows: [
      [
        'generateLuciaPasswordHash',
        [],
        'an algorithm of your choice: [passwords](lucia-passwords.md)',
      ],
      ['validateLuciaPasswordHash', ['@limen/lucia/password:verifyLuciaPassword']],
      ['generateRandomString', [], '`crypto.getRandomValues()`, `crypto.randomUUID()`'],
      ['serializeCookie', ['cookie.serialize'], 'other cookies: the package `cookie`'],
      ['parseCookie', ['auth.readSessionCookie'], 'other cookies: the package `cookie`'],
      ['isWithinExpiration', [], '`Date.now() < time`'],
      ['__experimental_joinAdapters', ['@limen/core:splitStore']],
    ],
  },
  {
    title: 'Adapters',
    rows: [
      ['adapter-sqlite: betterSqlite3', ['@limen/lucia:luciaV2', '@limen/sql:betterSqlite3']],
      ['adapter-sqlite: libsql', ['@limen/lucia:luciaV2', '@limen/sql:libsql']],
      ['adapter-sqlite: d1', ['@limen/lucia:luciaV2', '@limen/sql:d1']],
      ['adapter-postgresql: pg', ['@limen/lucia:luciaV2', '@limen/sql:pg']],
      ['adapter-postgresql: postgres', ['@limen/lucia:luciaV2', '@limen/sql:postgresJs']],
      ['adapter-mysql: mysql2', ['@limen/lucia:luciaV2', '@limen/sql:mysql2']],
      ['adapter-mysql: planetscale', ['@limen/lucia:luciaV2', '@limen/sql:mysql2']],
    ],
  },
]

/** Version 3. */
export const names3: readonly NameGroup[] = [
  {
    title: 'Exports of `lucia`',
    rows: [
      ['Lucia', ['@limen/core:limen']],
      [
        'Scrypt',
        ['@limen/lucia/password:verifyLuciaPassword', '@limen/lucia/password:needsRehash'],
        'new hashes: [passwords](lucia-passwords.md)',
      ],
      [
        'LegacyScrypt',
        ['@limen/lucia/password:verifyLuciaPassword', '@limen/lucia/password:needsRehash'],
        'new hashes: [passwords](lucia-passwords.md)',
      ],
      ['generateId', [], 'leave `userId` out of `createUser()`, or `crypto.randomUUID()`'],
      [
        'generateIdFromEntropySize',
        [],
        'leave `userId` out of `createUser()`, or `crypto.randomUUID()`',
      ],
      ['TimeSpan', [], 'milliseconds'],
      ['Cookie', ['@limen/core:SessionCookie']],
      ['verifyRequestOrigin', ['authRequest.origin', '@limen/hono:requireOrigin']],
      ['type CookieAttributes', ['@limen/core:CookieAttributes']],
      ['type User', ['@limen/core:InferUser']],
      ['type Session', ['@limen/core:InferSession']],
      ['type SessionCookieOptions', ['@limen/core:SessionCookieOptions']],
      ['type SessionCookieAttributesOptions', ['@limen/core:SessionCookieOptions']],
      ['type DatabaseSession', ['@limen/core:SessionRecord']],
      ['type DatabaseUser', ['@limen/core:UserRecord']],
      ['type Adapter', ['@limen/core:Store']],
      ['type PasswordHashingAlgorithm', [], '[passwords](lucia-passwords.md)'],
      ['type Register', [], 'type arguments of `luciaV3()`; nothing is declared globally'],
      ['type UserId', [], '`string`, of numbers too'],
      ['type RegisteredLucia', ['@limen/core:Auth'], '`typeof auth`'],
      ['type RegisteredDatabaseUserAttributes', [], 'the first type argument of `luciaV3()`'],
      ['type RegisteredDatabaseSessionAttributes', [], 'the second type argument of `luciaV3()`'],
    ],
  },
  {
    title: 'Options of `new Lucia()`',
    rows: [
      ['adapter', ['option.store'], '`...luciaV3(driver, …)`'],
      [
        'sessionExpiresIn',
        ['option.sessionExpiresIn'],
        'an active and an idle period, each half of it',
      ],
      ['sessionCookie', ['option.sessionCookie']],
      ['sessionCookie.name', ['option.sessionCookie.name']],
      ['sessionCookie.expires', ['option.sessionCookie.expires']],
      [
        'sessionCookie.attributes',
        ['option.sessionCookie.attributes'],
        '`secure` is an option of `limen()`',
      ],
      ['getSessionAttributes', ['option.getSessionAttributes']],
      ['getUserAttributes', ['option.getUserAttributes']],
    ],
  },
  {
    title: 'Calls of `lucia`',
    rows: [
      [
        'validateSession',
        ['authRequest.validate', 'auth.validateSession'],
        '`validate()` sets the cookie too; the user is `session.user`',
      ],
      ['createSession', ['auth.createSession'], '`{ userId, attributes }`; ids are random'],
      ['invalidateSession', ['auth.invalidateSession'], 'takes an id, not a token'],
      ['getUserSessions', ['auth.getAllUserSessions']],
      ['invalidateUserSessions', ['auth.invalidateAllUserSessions'], 'takes `{ except }` too'],
      ['deleteExpiredSessions', ['auth.deleteExpiredSessions']],
      ['readSessionCookie', ['auth.readSessionCookie'], 'takes the request, not the header'],
      ['readBearerToken', ['auth.readBearerToken'], 'takes the request, not the header'],
      [
        'createSessionCookie',
        ['authRequest.setSession', 'auth.createSessionCookie'],
        'take the session, not its id',
      ],
      [
        'createBlankSessionCookie',
        ['authRequest.setSession', 'auth.createSessionCookie'],
        'take `null`',
      ],
      ['sessionCookieName', ['auth.createSessionCookie'], '`createSessionCookie(null).name`'],
    ],
  },
  {
    title: 'Properties',
    rows: [
      ['session.id', ['session.sessionId'], 'not the token: for that, `createBearerToken()`'],
      ['session.userId', ['session.user'], '`session.user.userId`'],
      ['session.expiresAt', ['session.idlePeriodExpiresAt']],
      ['session.fresh', ['session.fresh']],
      ['user.id', ['user.userId']],
      ['cookie.name', ['cookie.name']],
      ['cookie.value', ['cookie.value']],
      ['cookie.attributes', ['cookie.attributes']],
      ['cookie.serialize', ['cookie.serialize']],
    ],
  },
  {
    title: 'Adapters',
    rows: [
      [
        'adapter-sqlite: BetterSqlite3Adapter',
        ['@limen/lucia:luciaV3', '@limen/sql:betterSqlite3'],
      ],
      ['adapter-sqlite: LibSQLAdapter', ['@limen/lucia:luciaV3', '@limen/sql:libsql']],
      ['adapter-sqlite: D1Adapter', ['@limen/lucia:luciaV3', '@limen/sql:d1']],
      [
        'adapter-sqlite: BunSQLiteAdapter',
        ['@limen/lucia:luciaV3', '@limen/sql:nodeSqlite'],
        'with `node:sqlite`, which Bun has',
      ],
      ['adapter-postgresql: NodePostgresAdapter', ['@limen/lucia:luciaV3', '@limen/sql:pg']],
      ['adapter-postgresql: PostgresJsAdapter', ['@limen/lucia:luciaV3', '@limen/sql:postgresJs']],
      ['adapter-postgresql: NeonHTTPAdapter', ['@limen/lucia:luciaV3', '@limen/sql:neon']],
      ['adapter-mysql: Mysql2Adapter', ['@limen/lucia:luciaV3', '@limen/sql:mysql2']],
      ['adapter-mysql: PlanetScaleAdapter', ['@limen/lucia:luciaV3', '@limen/sql:mysql2']],
      [
        'adapter-drizzle: DrizzleSQLiteAdapter',
        ['@limen/lucia:luciaV3'],
        'the client below Drizzle',
      ],
      [
        'adapter-drizzle: DrizzlePostgreSQLAdapter',
        ['@limen/lucia:luciaV3'],
        'the client below Drizzle',
      ],
      [
        'adapter-drizzle: DrizzleMySQLAdapter',
        ['@limen/lucia:luciaV3'],
        'the client below Drizzle',
      ],
      ['adapter-prisma: PrismaAdapter', ['@limen/lucia:luciaV3'], 'a client beside Prisma'],
    ],
  },
]
