import type { Pool } from 'pg'
import { createApp } from './app.ts'

export const openApp = (pool: Pool) => createApp(pool)
