/** The entry point on Node. */
import { serve } from '@hono/node-server'
import { Pool } from 'pg'
import { createApp } from './app.ts'
import { pgSql } from './database.ts'
import { deleteExpired } from './expired.ts'
import { deleteOldAttempts } from './limit-sql.ts'
import { printMail } from './mail.ts'
import { createTables, nodeSite } from './site-node.ts'

const { DATABASE_URL, PORT = '3000' } = process.env
const pool = new Pool({ connectionString: DATABASE_URL })
// Without a listener, the process exits when the server closes an idle connection.
pool.on('error', (error) => console.error(error.message))

await createTables(pool)
const site = nodeSite(pool, { sendMail: printMail })

const log = (error: Error) => console.error(error.message)
setInterval(() => void deleteOldAttempts(pgSql(pool)).catch(log), 60_000).unref()
setInterval(() => void deleteExpired(site).catch(log), 86_400_000).unref()

serve({ fetch: createApp(site).fetch, port: Number(PORT) }, ({ port }) =>
  console.log(`http://localhost:${port}`),
)
