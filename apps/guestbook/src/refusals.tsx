/** The refused requests: as a page, and as JSON for scripts of any site. */
import { Hono } from 'hono'
import type { AppEnv } from './auth.ts'
import { Moment, momentText } from './moment.tsx'
import { page } from './page.tsx'
import { EXPLAINED, readRefusals } from './refusal.ts'

export const refusals = new Hono<AppEnv>()

refusals.get('/refusals', async (c) => {
  const refused = await readRefusals(c.env.DB)
  return page(
    c,
    { title: 'Refused requests' },
    <div class="sheet wide">
      <h1>Refused requests</h1>
      <p class="lead">
        The last requests that other sites sent here. The guestbook stores the path and the reason,
        and no data about the browser.
      </p>
      {refused.length === 0 ? (
        <p class="empty">No request was refused so far.</p>
      ) : (
        <ol class="refusals">
          {refused.map(({ reason, method, path, refusedAt }) => (
            <li>
              <code>
                {method} {path}
              </code>
              <strong>{reason}</strong>
              <Moment at={refusedAt} />
              <p>{EXPLAINED[reason]}</p>
            </li>
          ))}
        </ol>
      )}
    </div>,
  )
})

refusals.get('/refusals.json', async (c) => {
  c.header('Access-Control-Allow-Origin', '*')
  c.header('Cache-Control', 'no-store')
  const refused = await readRefusals(c.env.DB)
  // Formatted here, so that the attacker's page shows times as the guestbook does.
  return c.json(refused.map((one) => ({ ...one, refusedAtText: momentText(one.refusedAt) })))
})
