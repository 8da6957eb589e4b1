/** What was refused lately: a page for people, and the same as JSON for any site's script. */
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
    { title: 'Refused lately' },
    <div class="sheet wide">
      <h1>Refused lately</h1>
      <p class="lead">
        The last requests that other sites sent here. The book keeps what was asked and why it was
        refused, and nothing about whose browser it was.
      </p>
      {refused.length === 0 ? (
        <p class="empty">Nothing was refused so far.</p>
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
  // Written out here, so that a page of another site shows it as the book does.
  return c.json(refused.map((one) => ({ ...one, refusedAtText: momentText(one.refusedAt) })))
})
