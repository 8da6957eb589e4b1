/** Security headers. */
import { secureHeaders } from 'hono/secure-headers'
import { otherSite } from './site.ts'

const SELF = ["'self'"]
const NONE = ["'none'"]
const others = {
  strictTransportSecurity: false,
  xFrameOptions: 'DENY',
  // Not no-referrer: our own forms would then send `Origin: null`.
  referrerPolicy: 'same-origin',
} as const

const shared = {
  defaultSrc: NONE,
  baseUri: NONE,
  frameAncestors: NONE,
  styleSrc: SELF,
  imgSrc: SELF,
  fontSrc: SELF,
}

/** For the guestbook: its own script, and forms post only to the guestbook. */
export const bookHeaders = secureHeaders({
  ...others,
  contentSecurityPolicy: { ...shared, scriptSrc: SELF, formAction: SELF },
})

/** For the attacker's site: its own script, and requests to the guestbook. */
export const attackerHeaders = secureHeaders({
  ...others,
  contentSecurityPolicy: {
    ...shared,
    scriptSrc: SELF,
    formAction: [(c) => otherSite(c.req.url) ?? "'none'"],
    connectSrc: [(c) => otherSite(c.req.url) ?? "'none'"],
  },
})
