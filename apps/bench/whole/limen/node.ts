import { pg, sqlStore } from '@limen/sql'
import type { Pool } from 'pg'
import { pgSql } from '../sql.ts'
import { createApp, layout } from './app.ts'

export const openApp = (pool: Pool) => createApp(sqlStore(pg(pool), layout), pgSql(pool))
