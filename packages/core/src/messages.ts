/**
 * The messages that core throws: one for each rule, grouped by code. A few forms that only one store
 * helper uses stand beside it, in `cached.ts`, `split-store.ts`, `store.ts` and `store-options.ts`.
 *
 * A message states what could not be done, which option or argument, the value as it was written
 * (never a secret) and the form that is wanted. `messages.test.ts` requires a case for each name here.
 */

// AUTH_CONFIG

/** Refuses an option that does not exist, such as a typing mistake. */
export function unknownOption(option: string, known: readonly string[]): string {
  return `${option} is not an option. The options are: ${known.join(', ')}`
}

/** Refuses to work without an option. */
export function missingOption(option: string, wanted: string): string {
  return `${option} is missing. It must be ${wanted}`
}

/** Refuses a value. `wanted` is one of the forms below. */
export function wrongOption(option: string, wanted: string, given: string): string {
  return `${option} must be ${wanted} (got ${given})`
}

export const BOOLEAN_FORM = 'true or false'
export const OBJECT_FORM = 'an object'
export const FUNCTION_FORM = 'a function'
export const SYNC_FORM = 'a plain, synchronous function'

/** The form of an option that can be a function of the session. */
export function orFunction(wanted: string): string {
  return `${wanted}, or a function`
}

export const CSRF_FORM = 'an object or false'
export const EXTENSION_FORM = 'a plain object of settings, not a promise'
export const EXTENSIONS_FORM = 'an array of extensions'
export const EVENTS_FORM = '["validated"] or []'
export const PERIOD_FORM =
  'a whole number of milliseconds from 60000 (a minute) to 3153600000000 (100 years)'
export const PERIOD_UNIT = 'in milliseconds: this looks like seconds'
export const PERIOD_WITHOUT_END = 'left out for no limit'

export const COOKIE_NAME_FORM = "letters, digits or !#$%&'*+-.^_`|~"
export const COOKIE_FORMS = 'an array such as [{ domain: "example.com" }]'
export const COOKIE_PATH_START = 'a path such as "/app"'
export const COOKIE_PATH_FORM = 'a path with encoded characters, such as "/my%20app"'
export const SAME_SITE_FORM = '"lax", "strict" or "none"'
export const HOST_PREFIX_DOMAIN = 'left out for a "__Host-" name'
export const HOST_PREFIX_PATH = '"/" for a "__Host-" name'
export const PREFIX_WITHOUT_SECURE =
  'without "__Host-", "__Secure-" or "__Http-" where secure is false'
export const PARTITIONED_WITHOUT_SECURE = 'left out where secure is false'
export const SAME_SITE_WITHOUT_SECURE = '"lax" or "strict" where secure is false'

export const DOMAIN_FORM = 'a domain such as "example.com"'
export const BASE_DOMAIN_ALONE = 'left out without allowedSubdomains'
export const SUBDOMAINS_FORM = '"*", or an array of names in lower case such as ["app", "eu.app"]'
export const SUBDOMAIN_WHOLE = 'names without baseDomain, such as ["app"]'
export const SUBDOMAINS_WITHOUT_BASE =
  'csrfProtection.allowedSubdomains with names needs csrfProtection.baseDomain, such as "example.com"'
export const ORIGINS_FORM = 'an array such as ["https://app.example.com"], or a function'
export const ORIGIN_STAR = 'origins without "*", or a function'
export const ORIGIN_FORM = 'origins as browsers send them, such as ["https://app.example.com"]'
export const HOST_SCHEME = 'a host such as "app.example.com", without a scheme'
export const HOST_STAR = 'one host, without "*"'
export const HOST_FORM = 'a host such as "app.example.com" or "localhost:8787"'
export const HEADER_FORM = 'the name of a header, such as "X-Forwarded-Host"'
export const HEADER_BESIDE_HOST = 'left out where host is set'

export const CORS_CSRF_FORM =
  'the object that limen({ csrfProtection }) takes: with false, every page could read every response'
export const METHODS_FORM = 'an array of methods, such as ["PUT", "DELETE"]'
export const HEADERS_FORM = 'an array of header names, such as ["Content-Type"]'
export const LIST_STAR = 'a list without "*", which browsers take for a name where cookies are sent'
export const METHOD_CASE = 'methods in capitals'
export const METHOD_FORBIDDEN = 'methods that pages can use: not CONNECT, TRACE or TRACK'
export const SECONDS_FORM = 'a whole number of seconds, 0 or more'

/** Refuses to create a store without the client or binding that it calls. */
export function wrongClient(call: string, wanted: string, kind: string): string {
  return `${call}() needs ${wanted} (got ${kind})`
}

export const ON_LIMIT_FORM = '"revoke-oldest" or "refuse"'
export const LIMIT_FORM = 'a whole number above 0'
export const WITHIN_FORM = 'a whole number of milliseconds above 0, such as 600000 (10 minutes)'
export const CREATED_AT_FORM = 'a session, with its createdAt'
export const AUTH_FORM = 'the object that limen() returned'

export const TICKET_STORE_FORM =
  'a store of tickets, such as memoryTicketStore() or d1TicketStore(env.DB)'
export const PURPOSE_FORM = 'a name of 1 to 64 letters, digits or ./_-, such as "password-reset"'
export const EXPIRES_IN_FORM = 'a whole number of milliseconds from 1000 to 2678400000 (31 days)'
export const DIGITS_FORM = 'a whole number from 6 to 40'
export const ATTEMPTS_FORM = 'a whole number from 1 to 10'

export const DEVICE_PATH_FORM = 'the path of the route that calls answerDevice(), such as "/device"'
export const EXCLUDED_PATHS_FORM = 'an array of paths, such as ["/static"]'
export const PROOF_PERIOD_FORM =
  'whole seconds in milliseconds, from 300000 (5 minutes) to 86400000 (a day)'
export const INITIATORS_FORM = 'an array of hosts, such as ["*.example.com"], or ["*"]'
export const ATTRIBUTE_NAME_FORM = 'a name of letters, digits and _, such as "deviceKey"'
export const DEVICE_STORE_FORM = 'one whose strong reads miss no session'
export const COOKIE_HOST_ONLY = 'left out with deviceBound(): the proof cookie is for one host'
export const COOKIE_UNPARTITIONED =
  'left out with deviceBound(): browsers bind no partitioned cookie'

/** A function of the app, such as `getUserAttributes`, returned something else. */
export function wrongResult(option: string, wanted: string, given: string): string {
  return `${option} must return ${wanted} (got ${given})`
}

/** A promise spread into a session would show no attribute, without an error. */
export function promisedResult(option: string, wanted: string): string {
  return `${option} must return ${wanted} at once, not a promise`
}

/** A function of the session, a getter or a proxy threw. Its error can hold a value: it is the cause. */
export function functionFailed(option: string): string {
  return `${option} threw an error: see the cause of this error.`
}

// AUTH_COOKIES_DISABLED
export const COOKIES_DISABLED =
  'web() cannot set cookies: use an adapter, or send auth.createSessionCookie(session).serialize() yourself.'

// AUTH_RESPONSE_SENT
export const RESPONSE_SENT =
  'setSession() cannot set a cookie: the response has been sent. Await the work before it.'

// AUTH_UNTRUSTED_ORIGIN

/** For the developer. The visitor sees only the reason. */
export function untrustedOrigin(reason: keyof typeof UNTRUSTED_TEXT): string {
  return `${reason}: ${UNTRUSTED_TEXT[reason]}`
}

const UNTRUSTED_TEXT = {
  'cross-site': 'another site or a sibling host sent this request.',
  'origin-mismatch':
    "Origin is not this app's own. Behind a proxy that rewrites Host, set csrfProtection.hostHeader or host.",
  'origin-missing': 'the request has neither Origin nor Sec-Fetch-Site.',
  'origin-insecure': 'the page was loaded over http. In development, set secure: false.',
  'host-unknown': 'the request has no usable URL, or no header csrfProtection.hostHeader.',
} as const

// AUTH_INVALID_SESSION_ID
export const SESSION_WITHOUT_TOKEN =
  'This session has no token. Pass what createSession() or validate() returned (awaited), not a copy or a listed session.'
export const SESSION_ID_IS_TOKEN =
  'Expected a session id. This looks like a token: pass session.sessionId.'
export const SESSION_ID_FORM = 'Expected a session id: pass session.sessionId.'
export const SESSION_UNKNOWN = 'There is no such session: it was revoked or has expired.'
export const SESSION_NOT_OF_USER =
  'This user has no such session: it was revoked, has expired or belongs to another user.'
export const SESSION_EXPIRED_AT_CREATION = 'The session expired while it was created.'

/** The token of `validateSession()` opens no session. */
export function tokenRejected(reason: string): string {
  return `The token opens no session (${reason}).`
}

// AUTH_INVALID_USER_ID
export const USER_UNKNOWN = 'There is no user with this id.'

export const USER_ID_TEXT = 'userId must be a well-formed string without NUL'

/** Engines convert other types before they compare them. */
export function wrongUserId(type: string): string {
  return `userId must be a string (got ${type})`
}

// AUTH_DUPLICATE_USER_ID
export const USER_EXISTS = 'There is already a user with this id.'

// AUTH_SESSION_LIMIT

/** The user has as many sessions as the app allows. */
export function sessionLimit(most: number): string {
  return `The user has ${most} session${most === 1 ? '' : 's'}, the most that maxSessionsPerUser allows: nothing was stored.`
}

// AUTH_INVALID_ATTRIBUTES

/** Refuses an attribute. `wanted` is one of the forms below. A value can be a secret: only its type is named. */
export function wrongAttribute(path: string, wanted: string, type: string): string {
  return `${path} must be ${wanted} (got ${type})`
}

export const ATTRIBUTES_FORM = 'a plain object'
export const ATTRIBUTE_FORM = 'a string, number, boolean, null, array or plain object'
export const ATTRIBUTE_DATE = 'a number such as date.getTime()'
export const ATTRIBUTE_TEXT = 'a well-formed string without NUL'
export const ATTRIBUTE_NUMBER = 'a finite number other than -0'
export const ATTRIBUTE_UNDEFINED = 'left out, or null'
export const ATTRIBUTE_DEPTH = 'at most 64 levels deep'
export const ATTRIBUTE_WHOLE = 'without holes, symbols and hidden properties: JSON drops them'
export const ATTRIBUTE_NAMES = 'an object whose names are well-formed strings without NUL'

// AUTH_RECORD_TOO_LARGE

/** A record exceeds a limit of the engine. */
export function tooLarge(engine: string, limit: string): string {
  return `${engine}: the attributes are too large: a record can have at most ${limit}`
}

// AUTH_STORE_REJECTED

/** A routed store was called with a plain id: it would find no user by it. */
export function routeMissing(store: string): string {
  return `${store}() needs the trait routed: pass the whole store, or its traits too`
}

// AUTH_STORE_UNAVAILABLE

/** The store rejected with an error that is not an AuthError. Its text can hold a value: it is the cause. */
export function storeFailed(call: string): string {
  return `store.${call}() failed: see the cause of this error.`
}

/** As {@link storeFailed}, for a store of tickets. */
export function ticketStoreFailed(call: string): string {
  return `The ticket store's ${call}() failed: see the cause of this error.`
}
