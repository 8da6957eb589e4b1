/** Hono without a session library: the cookie is the id of a row, which is read by hand. */
import { getRequestListener } from '@hono/node-server'
import { migrate, sqlStore } from '@limen/sql'
import { Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { DAY } from '../src/subject.ts'
import { type Client, pgClient, postgresJsClient } from './clients.ts'
import { type OpenPage, greeting } from './page.ts'

const bareOver =
  (open: (url: string) => Client): OpenPage =>
  async (url) => {
    const { driver, byHand } = open(url)
    await migrate(driver)
    const store = sqlStore<{ name: string }>(driver)
    const app = new Hono()
    app.post('/sign-in', async (c) => {
      const name = c.req.query('name')!
      const [id, userId] = [crypto.randomUUID(), crypto.randomUUID()]
      await store.createUser({ id: userId, attributes: { name } })
      const now = Date.now()
      const deadlines = { activePeriodExpiresAt: now + DAY, idlePeriodExpiresAt: now + 15 * DAY }
      await store.insert({
        id,
        userId,
        secretHash: '',
        createdAt: now,
        ...deadlines,
        attributes: {},
      })
      setCookie(c, 'session', id)
      return c.body(null, 204)
    })
    app.get('/', async (c) => {
      const id = getCookie(c, 'session')
      const found = id && (await byHand(id))
      if (!found) return c.text('Unauthorized', 401)
      return c.html(greeting((found.user_attributes as { name: string }).name))
    })
    return getRequestListener(app.fetch)
  }

export const bareOverPg: OpenPage = bareOver(pgClient)
export const bareOverPostgresJs: OpenPage = bareOver(postgresJsClient)
