import { lucia } from 'lucia'
import { hono } from 'lucia/middleware'
import { betterSqlite3 } from '@lucia-auth/adapter-sqlite'
import 'lucia/polyfill/node'

import { db } from '../sqlite.ts'

// expect error (see next section)
export const auth = lucia({
  env: process.env['NODE_ENV'] === 'production' ? 'PROD' : 'DEV',
  middleware: hono(),
  adapter: betterSqlite3(db, {
    user: 'user',
    key: 'user_key',
    session: 'user_session',
  }),
  csrfProtection: true,
  sessionExpiresIn: {
    activePeriod: 24 * 60 * 60 * 1000,
    idlePeriod: 14 * 24 * 60 * 60 * 1000,
  },
  getUserAttributes: (data) => {
    return {
      username: data.username,
    }
  },
  getSessionAttributes: ({ device }) => ({ device }),
})

export type Auth = typeof auth
