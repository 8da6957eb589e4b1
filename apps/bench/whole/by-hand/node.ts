import type { Pool } from 'pg'
import { pgSql } from '../sql.ts'
import { createApp } from './app.ts'

export const openApp = (pool: Pool) => createApp(pgSql(pool))
