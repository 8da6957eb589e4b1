import { env } from 'cloudflare:workers'
import { d1Sql } from '../sql.ts'
import { createApp } from './app.ts'

export default createApp(d1Sql(env.DB))
