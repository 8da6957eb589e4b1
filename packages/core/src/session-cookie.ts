/** The session cookie: its name and attributes, how it is created, and how it is found in a request. */
import {
  COOKIE_NAME,
  COOKIE_RULES,
  type CookieAttributes,
  LONGEST_HEADER,
  LONGEST_MAX_AGE,
  SAME_SITE,
  checkCookie,
  findCookies,
  serializeCookie,
} from './cookie.ts'
import { COOKIE_FORMS } from './messages.ts'
import { BOOLEAN, OBJECT, checkOptions, isListOf, isPlain } from './options.ts'
import { type StoredSession, orFunctionOfSession } from './per-session.ts'

/** What distinguishes the cookies of a host in a browser. */
export interface CookieIdentity {
  /** Default: the default name of a cookie with these attributes. */
  readonly name?: string | undefined
  /** Default `/`. */
  readonly path?: string | undefined
  /** Default none: the cookie is sent only to the host that set it. */
  readonly domain?: string | undefined
  /** Stored separately for each site that embeds the app. Default `false`. */
  readonly partitioned?: boolean | undefined
}

/** The session cookie's name and attributes. */
export interface SessionCookieOptions<SessionAttributes = unknown> {
  /**
   * Used as it is. Default: `__Host-Http-session`; with a domain or another path
   * `__Secure-session`; without `secure`, `session`. A partitioned cookie has `partitioned-session`
   * instead of `session`.
   */
  readonly name?: string | undefined
  /**
   * `false` gives the cookie the longest lifetime that browsers accept, 400 days, for apps that cannot
   * always send a renewed cookie. The session's lifetime does not change. No effect on a cookie that
   * is not `persistent`. Default `true`.
   */
  readonly expires?: boolean | undefined
  /**
   * `false` sends the cookie without `Max-Age`, so that the browser deletes it when it is closed; some
   * browsers restore it with the tabs. The session's lifetime does not change: shorten it with
   * `sessionExpiresIn`. A function decides for each session, at sign-in and at each validation. It must
   * not be `async`; where it throws or returns anything else, the call throws `AUTH_CONFIG`. Default
   * `true`.
   */
  readonly persistent?:
    | boolean
    | ((session: StoredSession<SessionAttributes>) => boolean)
    | undefined
  /**
   * Earlier forms of this cookie, and forms that another deployed version of the app uses. List a form
   * before you deploy its successor, and until its cookies have expired. A cookie of a listed form is
   * read. It is deleted whenever a session cookie is set or deleted. Default: none.
   */
  readonly formerly?: readonly CookieIdentity[] | undefined
  /** Merged over the defaults. `HttpOnly` is always set; `secure` decides about `Secure`. */
  readonly attributes?:
    | (Omit<CookieIdentity, 'name'> & {
        /** Default `lax`. */
        readonly sameSite?: 'lax' | 'strict' | 'none' | 'Lax' | 'Strict' | 'None' | undefined
      })
    | undefined
}

/** A cookie to send, serialized or in parts. */
export interface SessionCookie {
  /** The cookie's name. */
  readonly name: string
  /** The token; empty in a deleting cookie. */
  readonly value: string
  /**
   * Its attributes, in the form that Hono, the `cookie` package and Next take. Express and Koa count
   * `maxAge` in milliseconds: send `serialize()` there.
   */
  readonly attributes: CookieAttributes
  /**
   * True when `validate()` set this cookie: it renews the visitor's cookie, or deletes one whose session
   * is expired or deleted. It never replaces a cookie of its name that the app set.
   */
  readonly renewal?: boolean
  /**
   * Cookies that delete the forms in `sessionCookie.formerly`: send them too, as the adapters do. After
   * an ambiguous request there is one more, which deletes the host-only cookie of this name.
   */
  readonly deletions: readonly SessionCookie[]
  /** Headers for the response of this cookie, by an extension: set them too, as the adapters do. */
  readonly headers?: readonly (readonly [name: string, value: string])[] | undefined
  /** Serializes this cookie, without those in `deletions`, as the value of a `Set-Cookie` header. */
  serialize(): string
}

/** The session cookies of one request. */
export type CookieSearch =
  | {
      readonly type: 'found'
      /** One for each name that is read, the current name first. */
      readonly candidates: readonly CookieCandidates[]
    }
  | { readonly type: 'header-too-large' }

/** The session cookies of one name. */
export interface CookieCandidates {
  /** The distinct values; none where the request has no such cookie. */
  readonly values: readonly string[]
  /** True when there are more values than this app can have set: another host set one of them. */
  readonly isAmbiguous: boolean
}

/** Creates and finds session cookies as configured. */
export interface SessionCookies {
  /** Finds the session cookies in a request's headers, under the current name and the earlier ones. */
  find(headers: Pick<Headers, 'get'>): CookieSearch
  /**
   * Creates a session cookie that lives for `maxAge` seconds, or for the longest time that browsers
   * accept, as configured; without `maxAge`, until the browser is closed. An empty value creates the
   * deleting cookie. With `deletesTwin` it also deletes the host-only cookie of its name.
   */
  make(value: string, maxAge: number | undefined, deletesTwin?: boolean): SessionCookie
}

/**
 * Resolves the cookie's form once, so that the deleting cookie deletes the one that was set.
 *
 * @param options The name and attributes.
 * @param secure Whether the cookie is `Secure`.
 * @returns What creates and finds the cookies.
 * @throws {AuthError} `AUTH_CONFIG` when a browser would drop such a cookie.
 */
export function sessionCookies(
  options: SessionCookieOptions<never>,
  secure: boolean,
): SessionCookies {
  const checked = checkOptions('sessionCookie.', options, {
    name: COOKIE_NAME,
    expires: BOOLEAN,
    persistent: orFunctionOfSession(BOOLEAN),
    formerly: [(value) => isListOf(value, isPlain), COOKIE_FORMS],
    attributes: OBJECT,
  })
  const { expires, formerly = [] } = checked
  const attributes = checkOptions('sessionCookie.attributes.', checked.attributes, {
    ...COOKIE_RULES,
    sameSite: SAME_SITE,
  })
  const { sameSite = 'lax', ...form } = attributes
  const fixed = {
    httpOnly: true as const,
    secure,
    sameSite: sameSite.toLowerCase() as CookieAttributes['sameSite'],
  }

  const make = makerOf({ ...form, name: checked.name })
  const deleting = make('', 0)
  const { name } = deleting
  // Two versions of an app can have the same list: no version deletes its own cookie.
  const isOther = (cookie: SessionCookie) => cookie.serialize() !== deleting.serialize()
  const others = formerly
    .map((other) => {
      const form = checkOptions('sessionCookie.formerly.', other, {
        ...COOKIE_RULES,
        name: COOKIE_NAME,
      })
      return makerOf(form, 'sessionCookie.formerly.', 'sessionCookie.formerly.')('', 0)
    })
    .filter(isOther)
  const twin = makerOf({ name, path: deleting.attributes.path })('', 0)
  // An app can have set one value for each form of a name.
  const names = [name, ...others.map((other) => other.name)]
  const forms = [...new Set(names)].map(
    (one) => [one, names.filter((other) => other === one).length] as const,
  )

  return {
    find(headers) {
      const header = headers.get('Cookie') ?? ''
      if (header.length > LONGEST_HEADER) return { type: 'header-too-large' }
      const candidates = forms.map(([one, count]) => {
        const values = findCookies(header, one)
        return { values, isAmbiguous: values.length > count }
      })
      return { type: 'found', candidates }
    },
    make(value, life, deletesTwin) {
      let maxAge = life
      if (life !== undefined)
        maxAge = Math.min(expires === false ? Infinity : life, LONGEST_MAX_AGE)
      const cookie = make(value, value ? maxAge : 0)
      return { ...cookie, deletions: deletesTwin ? [...others, twin].filter(isOther) : others }
    },
  }

  /** Returns a function that creates the cookies of one form. */
  function makerOf(
    { path = '/', domain, partitioned, name }: CookieIdentity,
    options = 'sessionCookie.',
    attributeOptions = 'sessionCookie.attributes.',
  ) {
    // Browsers ignore a leading dot: with and without it is one cookie.
    const host = domain?.replace(/^\./, '')
    const form = {
      path,
      ...(host && { domain: host }),
      ...(partitioned && { partitioned }),
      ...fixed,
    }
    const prefix = path === '/' && !domain ? '__Host-Http-' : '__Secure-'
    name ??= `${secure ? prefix : ''}${partitioned ? 'partitioned-' : ''}session`
    checkCookie({ name: `${options}name`, attributes: attributeOptions }, name, form)
    return (value: string, maxAge: number | undefined): SessionCookie => {
      const cookie = {
        ...form,
        ...(maxAge !== undefined && { maxAge }),
        ...(!value && { expires: new Date(0) }),
      }
      return {
        name,
        value,
        attributes: cookie,
        deletions: [],
        serialize: () => serializeCookie(name, value, cookie),
      }
    }
  }
}
