/** The pages that send a code. They do not read whether the address has an account. */
import { requireOrigin } from '@limen/hono'
import { Hono } from 'hono'
import { parseEmail } from './email.ts'
import { type CodeTexts, askPage, codePage, notHerePage } from './email-code-pages.ts'
import type { EmailCodes } from './email-codes.ts'
import { readForm } from './form.ts'
import { TOO_MANY_MAILS, mayMail } from './mail-limit.ts'
import { nextPage } from './next-page.ts'
import type { Site, SiteEnv } from './site.ts'

/** The page that asks for a code, and the page for the code. */
export function askForCode(site: Site, codes: EmailCodes, texts: CodeTexts): Hono<SiteEnv> {
  const app = new Hono<SiteEnv>()
  // Only its own pages: another recipe can have a form that another site posts.
  app.use(`${texts.path}/*`, requireOrigin(site.auth))

  app.get(texts.path, (c) => askPage(c, texts, { next: nextPage(c.req.query('next')) }))

  app.post(texts.path, async (c) => {
    const form = await readForm(c)
    const fields = { email: form('email'), next: nextPage(form('next')) }
    const email = parseEmail(fields.email)
    if (!email) return askPage(c, texts, fields, 422, { email: 'Enter your e-mail address.' })
    if (!(await mayMail(site, c, email))) {
      return askPage(c, texts, fields, 429, { email: TOO_MANY_MAILS })
    }
    await codes.send(c, { email, next: fields.next })
    return c.redirect(`${texts.path}/code`, 303)
  })

  // Changes nothing: mail scanners, previews and prefetches open links too.
  app.get(`${texts.path}/code`, (c) =>
    codes.isAskedHere(c)
      ? codePage(c, texts, c.req.query('code')?.replaceAll(/\D/g, '') ?? '')
      : notHerePage(c, texts, 200),
  )

  return app
}
