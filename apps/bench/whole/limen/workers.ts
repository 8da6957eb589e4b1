import { env } from 'cloudflare:workers'
import { d1, sqlStore } from '@limen/sql'
import { d1Sql } from '../sql.ts'
import { createApp, layout } from './app.ts'

export default createApp(sqlStore(d1(env.DB), layout), d1Sql(env.DB))
