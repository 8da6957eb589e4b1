/** Serves one page in this process: `node serve.ts FILE EXPORT DATABASE_URL PORT`. */
import { createServer } from 'node:http'
import type { OpenPage } from './page.ts'

const [file, name, databaseUrl, port] = process.argv.slice(2)
const opened = (await import(`./${file!}`)) as Record<string, OpenPage>
const listener = await opened[name!]!(databaseUrl!)
createServer((request, response) => void listener(request, response)).listen(
  Number(port),
  '127.0.0.1',
)
