/** Serves one app in this process, over its tables: `node serve.ts FOLDER DATABASE_URL PORT [counted]`. */
import { serve } from '@hono/node-server'
import type { Hono } from 'hono'
import pg from 'pg'
import { openPool } from '../postgres/clients.ts'

const [folder, databaseUrl, port, counted] = process.argv.slice(2)
// Its processor time is measured.
console.log(`pid ${process.pid}`)
const pool = openPool(databaseUrl!)
const { openApp } = (await import(`./${folder!}/node.ts`)) as { openApp: (pool: pg.Pool) => Hono }
const app = openApp(pool)

const counts = { calls: 0, rowsRead: 0, rowsWritten: 0 }
if (counted) countQueries()
serve({
  fetch(request) {
    if (!counted || !request.url.endsWith('/counts')) return app.fetch(request)
    const response = Response.json(counts)
    Object.assign(counts, { calls: 0, rowsRead: 0, rowsWritten: 0 })
    return response
  },
  port: Number(port),
  hostname: '127.0.0.1',
})

/** Counts the statements of all connections, the rows that they return, and those that they change. */
function countQueries(): void {
  const query = Reflect.get(pg.Client.prototype, 'query') as (...args: unknown[]) => unknown
  pg.Client.prototype.query = function counting(this: pg.Client, ...args: unknown[]) {
    const add = (result?: pg.QueryResult) => {
      if (!result) return
      counts.calls++
      if (result.command === 'SELECT') counts.rowsRead += result.rowCount ?? 0
      else counts.rowsWritten += result.rowCount ?? 0
    }
    const last = args.at(-1)
    if (typeof last === 'function') {
      args[args.length - 1] = (error: Error | null, result?: pg.QueryResult) => {
        add(result)
        ;(last as (error: Error | null, result?: pg.QueryResult) => void)(error, result)
      }
      return query.apply(this, args)
    }
    const result = query.apply(this, args)
    if (result instanceof Promise) result.then(add, () => {})
    return result
  } as typeof pg.Client.prototype.query
}
