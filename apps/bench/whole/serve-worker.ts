/** Serves one app in workerd, over a D1 of its own: `node serve-worker.ts FOLDER PORT [counted]`. */
import { Miniflare, convertV4MiniflareOptions } from 'miniflare'
import { COMPATIBILITY_DATE } from '../src/runtimes.ts'
import { COUNTED, FLAGS, WORKER, bundleWhole } from './bundle.ts'
import { d1Statements } from './schema.ts'

const [folder, port, counted] = process.argv.slice(2)
// Its processor time is measured.
console.log(`pid ${process.pid}`)
const optionsOf = (script: string) =>
  convertV4MiniflareOptions({
    modules: true,
    script,
    compatibilityDate: COMPATIBILITY_DATE,
    compatibilityFlags: FLAGS,
    d1Databases: ['DB'],
    cf: false,
    ...(script.includes('DB.batch(statements') ? {} : { host: '127.0.0.1', port: Number(port) }),
  })
const flare = new Miniflare(
  optionsOf(`export default {
    async fetch(request, { DB }) {
      const statements = await request.json()
      await DB.batch(statements.map((sql) => DB.prepare(sql)))
      return new Response()
    },
  }`),
)
const body = JSON.stringify(await d1Statements(folder!))
const prepared = await flare.dispatchFetch('http://bench/', { method: 'POST', body })
await prepared.text()
if (!prepared.ok) throw new Error(`${folder}: the tables could not be created`)

const script = counted
  ? await bundleWhole(folder!, COUNTED, 'counted')
  : await bundleWhole(folder!, WORKER, 'real')
// The database stays.
await flare.setOptions(optionsOf(script))
await flare.ready
