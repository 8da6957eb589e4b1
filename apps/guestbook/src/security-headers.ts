/** What a browser may do with our pages. */
import { secureHeaders } from 'hono/secure-headers'
import { otherSite } from './site.ts'

const SELF = ["'self'"]
const NONE = ["'none'"]
const others = {
  strictTransportSecurity: false,
  xFrameOptions: 'DENY',
  // Not no-referrer: forms of our own would then say that they come from nowhere.
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

/** For the book: no script at all, and forms that post to the book alone. */
export const bookHeaders = secureHeaders({
  ...others,
  contentSecurityPolicy: { ...shared, formAction: SELF },
})

/** For the stranger: its own script, and every freedom to bother the book. */
export const strangerHeaders = secureHeaders({
  ...others,
  contentSecurityPolicy: {
    ...shared,
    scriptSrc: SELF,
    formAction: [(c) => otherSite(c.req.url) ?? "'none'"],
    connectSrc: [(c) => otherSite(c.req.url) ?? "'none'"],
  },
})
