/** Serves an app of the codemod's tests, which one is the argument, and prints its port. */
import { pathToFileURL } from 'node:url'
import { serve } from '@hono/node-server'

const { app } = await import(pathToFileURL(process.argv[2]!).href)
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
  console.log(`port ${port}`),
)
