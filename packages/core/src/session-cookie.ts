/** The cookie that carries a session: its name, its attributes, its life. */
import {
  COOKIE_FORM,
  COOKIE_NAME,
  type CookieAttributes,
  LONGEST_MAX_AGE,
  SAME_SITE,
  checkCookie,
  serializeCookie,
} from './cookie.ts'
import { BOOLEAN, OBJECT, checkOptions, isListOf, isPlain } from './options.ts'

/** What tells two cookies of a host apart in a browser. */
export interface CookieForm {
  /** Default: the name that a cookie of this form has by default. */
  readonly name?: string | undefined
  /** Default `/`. */
  readonly path?: string | undefined
  /** Default none: only the host that set the cookie gets it back. */
  readonly domain?: string | undefined
  /** Stored apart for each site that embeds ours. Default `false`. */
  readonly partitioned?: boolean | undefined
}

/** How the session cookie looks. */
export interface SessionCookieOptions {
  /**
   * Used as it is. Default: `__Host-Http-session`; with a domain or another path
   * `__Secure-session`; without `secure` plain `session`. A partitioned cookie has
   * `partitioned-session` in place of `session`.
   */
  readonly name?: string | undefined
  /**
   * `false` makes browsers hold the cookie for the longest time they grant, 400 days, where a renewed
   * cookie cannot always be sent. The session's own lifetime is the same. Default `true`.
   */
  readonly expires?: boolean | undefined
  /**
   * Other forms that this cookie has had, or has in a version of the app that runs beside this one:
   * list a form before you deploy the next one, and for as long as its cookies live. A cookie of such
   * a form is read, and deleted by every session cookie that is set or deleted. Default: none.
   */
  readonly formerly?: readonly CookieForm[] | undefined
  /** Merged over the defaults. `HttpOnly` is always set; `Secure` follows `secure`. */
  readonly attributes?:
    | (Omit<CookieForm, 'name'> & {
        /** Default `lax`. */
        readonly sameSite?: 'lax' | 'strict' | 'none' | 'Lax' | 'Strict' | 'None' | undefined
      })
    | undefined
}

/** A cookie ready to be sent, whole or in its parts. */
export interface SessionCookie {
  /** The cookie's name. */
  readonly name: string
  /** The token; empty when the cookie deletes. */
  readonly value: string
  /**
   * Its attributes, as Hono, the `cookie` package and Next take them. Express and Koa count `maxAge`
   * in milliseconds: send `serialize()` there.
   */
  readonly attributes: CookieAttributes
  /**
   * True when nobody asked for this cookie: it renews the visitor's, or deletes one whose session is
   * gone. It gives way to a cookie of its name that was set on purpose.
   */
  readonly renewal?: boolean
  /**
   * Cookies that delete the forms in `sessionCookie.formerly`: send them too. Adapters do. After an
   * ambiguous request they also delete what else the browser can hold under this name.
   */
  readonly formerly: readonly SessionCookie[]
  /** The value of a `Set-Cookie` header, of this cookie alone. */
  serialize(): string
}

/** How session cookies are made and found, as configured. */
export interface SessionCookies {
  /** The names that are read, the present one first, and how many forms of the cookie have each. */
  readonly names: readonly (readonly [name: string, forms: number])[]
  /**
   * Creates a session cookie that lives for `maxAge` seconds, or until browsers forget it, as
   * configured. An empty value makes the one that deletes. With `isAlone` it also deletes the cookie
   * of its name that is for this host alone.
   */
  make(value: string, maxAge: number, isAlone?: boolean): SessionCookie
}

/**
 * Settles the cookie's form once, so that the deleting cookie deletes the one that was set.
 *
 * @throws {AuthError} `AUTH_CONFIG` when a browser would drop such a cookie.
 */
export function sessionCookies(options: SessionCookieOptions, secure: boolean): SessionCookies {
  checkOptions('sessionCookie.', options, {
    name: COOKIE_NAME,
    expires: BOOLEAN,
    formerly: [(value) => isListOf(value, isPlain), 'an array such as [{ domain: "example.com" }]'],
    attributes: OBJECT,
  })
  const { attributes, expires, formerly = [] } = options
  checkOptions('sessionCookie.attributes.', attributes, { ...COOKIE_FORM, sameSite: SAME_SITE })
  const { sameSite = 'lax', ...form } = attributes ?? {}
  const fixed = {
    httpOnly: true as const,
    secure,
    sameSite: sameSite.toLowerCase() as CookieAttributes['sameSite'],
  }

  const make = makerOf({ ...form, name: options.name })
  const deleted = formerly.map((other) => {
    checkOptions('sessionCookie.formerly.', other, { ...COOKIE_FORM, name: COOKIE_NAME })
    return makerOf(other, 'sessionCookie.formerly')('', 0)
  })
  const { name, attributes: current } = make('', 0)
  const names = [name, ...deleted.map((other) => other.name)]
  const twin = makerOf({ name, path: current.path })('', 0)

  return {
    names: [...new Set(names)].map((one) => [one, names.filter((each) => each === one).length]),
    make(value, life, isAlone) {
      const maxAge = expires === false ? LONGEST_MAX_AGE : Math.min(life, LONGEST_MAX_AGE)
      const cookie = make(value, value ? maxAge : 0)
      // The list can be the same in two versions of an app: no version deletes its own cookie.
      const others = (isAlone ? [...deleted, twin] : deleted).filter(
        (other) => other.serialize() !== make('', 0).serialize(),
      )
      return { ...cookie, formerly: others }
    },
  }

  /** What makes the cookies of one form. */
  function makerOf(
    { path = '/', domain, partitioned, name }: CookieForm,
    option = 'sessionCookie',
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
    checkCookie(option, name, form)
    return (value: string, maxAge: number): SessionCookie => {
      const cookie = { ...form, maxAge, ...(!value && { expires: new Date(0) }) }
      return {
        name,
        value,
        attributes: cookie,
        formerly: [],
        serialize: () => serializeCookie(name, value, cookie),
      }
    }
  }
}
