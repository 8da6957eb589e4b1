/** The cookie that carries a session: its name, its attributes, its life. */
import {
  COOKIE_FORM,
  type CookieAttributes,
  LONGEST_MAX_AGE,
  checkCookie,
  serializeCookie,
} from './cookie.ts'
import { BOOLEAN, OBJECT, checkOptions, isListOf, isObject, matching } from './options.ts'

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
  /** Its attributes, as frameworks take them. */
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
  /** Names to read, the present one first, and how many forms of the cookie have each. */
  readonly names: readonly (readonly [name: string, forms: number])[]
  /**
   * Creates a session cookie that lives for `maxAge` seconds, or until browsers forget it, as
   * configured. An empty value makes the one that deletes. With `isAlone` it also deletes the cookie
   * of its name that is for this host alone.
   */
  make(value: string, maxAge: number, isAlone?: boolean): SessionCookie
}

/** A form with all that decides which cookie it is. */
type FullForm = Pick<CookieAttributes, 'path' | 'domain' | 'partitioned'> & { name: string }

/**
 * Settles the cookie's form once, so that the deleting cookie deletes the one that was set.
 *
 * @throws {AuthError} `AUTH_CONFIG` when a browser would drop such a cookie.
 */
export function sessionCookies(options: SessionCookieOptions, secure: boolean): SessionCookies {
  const { name: nameRule, ...form } = COOKIE_FORM
  checkOptions('sessionCookie.', options, {
    name: nameRule,
    expires: BOOLEAN,
    formerly: [
      (value) => isListOf(value, isObject),
      'an array such as [{ domain: "example.com" }]',
    ],
    attributes: OBJECT,
  })
  const { attributes, expires = true, formerly = [] } = options
  checkOptions('sessionCookie.attributes.', attributes ?? {}, {
    ...form,
    sameSite: matching(/^(lax|strict|none)$/i, 'lax, strict or none'),
  })
  const { sameSite: site = 'lax', ...given } = attributes ?? {}
  const fixed = {
    httpOnly: true as const,
    secure,
    sameSite: site.toLowerCase() as CookieAttributes['sameSite'],
  }

  const current = fullForm({ ...given, name: options.name })
  const others = formerly.map((other) => {
    checkOptions('sessionCookie.formerly.', other, COOKIE_FORM)
    return fullForm(other)
  })
  const names = [current, ...others.filter(isOther)].map(({ name }) => name)

  return {
    names: [...new Set(names)].map((name) => [name, names.filter((one) => one === name).length]),
    make(value, life, isAlone) {
      const { name, path } = current
      const deleted = isAlone ? [...others, fullForm({ name, path })] : others
      return cookieOf(
        current,
        value,
        expires ? Math.min(life, LONGEST_MAX_AGE) : LONGEST_MAX_AGE,
        deleted.filter(isOther),
      )
    },
  }

  function fullForm({ name, path = '/', domain, partitioned }: CookieForm): FullForm {
    const base = partitioned ? 'partitioned-session' : 'session'
    const prefix = path === '/' && !domain ? '__Host-Http-' : '__Secure-'
    const full = {
      name: name ?? (secure ? prefix + base : base),
      path,
      ...(domain && { domain }),
      ...(partitioned && { partitioned }),
    }
    checkCookie(full.name, { ...full, ...fixed })
    return full
  }

  /** The list can be the same in two versions of an app: no version deletes its own cookie. */
  function isOther(form: FullForm): boolean {
    return JSON.stringify(form) !== JSON.stringify(current)
  }

  function cookieOf(
    { name, ...form }: FullForm,
    value: string,
    life: number,
    deleted: readonly FullForm[],
  ): SessionCookie {
    const cookie = {
      ...form,
      ...fixed,
      maxAge: value ? life : 0,
      ...(!value && { expires: new Date(0) }),
    }
    return {
      name,
      value,
      attributes: cookie,
      formerly: deleted.map((other) => cookieOf(other, '', 0, [])),
      serialize: () => serializeCookie(name, value, cookie),
    }
  }
}
