/** The tables of docs/costs.md, from the counts and the prices. */
import { readFileSync } from 'node:fs'
import { markdownTable } from 'markdown-table'
import type { AllCounts } from './count.ts'
import type { Counted, Counts, Operation } from './operations.ts'
import { type Price, deno, neon, prices } from './prices.ts'

/** What is billed on one store. */
interface Billed {
  readonly store: string
  readonly counted: Counted
  /** The price of each unit that was counted. */
  readonly units: Readonly<Record<string, Price>>
}

const MILLION = 1_000_000
const HOURS_IN_A_MONTH = 730

/** Of how many requests one renews its session, and one signs in and later out. An assumption. */
const RENEWAL_OF = 50
const SIGN_IN_OF = 500

const readCounts = () =>
  JSON.parse(readFileSync(new URL('counts.json', import.meta.url), 'utf8')) as AllCounts

function billed({ d1, kv, objects, redis }: AllCounts): readonly Billed[] {
  const { kvRead, kvWrite, upstashCommand } = prices
  const kvUnits = { writes: kvWrite, deletes: kvWrite, lists: kvWrite }
  return [
    {
      store: '`d1Store()`, D1',
      counted: d1,
      units: { rowsRead: prices.d1RowRead, rowsWritten: prices.d1RowWritten },
    },
    {
      store: '`durableObjectStore()`, without duration',
      counted: objects,
      units: {
        requests: prices.objectRequest,
        rowsRead: prices.objectRowRead,
        rowsWritten: prices.objectRowWritten,
      },
    },
    {
      store: '`kvStore()`, Workers KV, if each key is a read',
      counted: mapped(kv, (counts) => without(counts, 'readCalls')),
      units: { keysRead: kvRead, ...kvUnits },
    },
    {
      store: '`kvStore()`, if each call is a read',
      counted: mapped(kv, (counts) => without(counts, 'keysRead')),
      units: { readCalls: kvRead, ...kvUnits },
    },
    {
      store: '`redisStore()`, Upstash, if a script is a command',
      counted: mapped(redis, ({ commands = 0 }) => ({ commands })),
      units: { commands: upstashCommand },
    },
    {
      store: '`redisStore()`, if the commands in scripts count, too',
      counted: mapped(redis, ({ commands = 0, commandsInScripts = 0 }) => ({
        commands: commands + commandsInScripts,
      })),
      units: { commands: upstashCommand },
    },
  ]
}

function mapped(counted: Counted, map: (counts: Counts) => Counts): Counted {
  const entries = Object.entries(counted).map(([operation, counts]) => [operation, map(counts)])
  return Object.fromEntries(entries) as Counted
}

const without = (counts: Counts, unit: string): Counts =>
  Object.fromEntries(Object.entries(counts).filter(([name]) => name !== unit))

/** Dollars for a million times an operation. */
function priceOf({ counted, units }: Billed, operation: Operation): number {
  return Object.entries(counted[operation]).reduce(
    (sum, [unit, count]) => sum + count * units[unit]!.perMillion,
    0,
  )
}

/** Dollars for a million requests, of which some renew, sign in and sign out. */
function priceOfMix(store: Billed): number {
  const price = (operation: Operation) => priceOf(store, operation)
  const pages = 1 - 1 / RENEWAL_OF - 2 / SIGN_IN_OF
  const signs = (price('signIn') + price('signOut')) / SIGN_IN_OF
  return pages * price('page') + price('renewal') / RENEWAL_OF + signs
}

const dollars = (amount: number) => `$${amount.toFixed(amount < 0.1 ? 3 : 2)}`

const wordOf = (unit: string) => unit.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

const textOf = (counts: Counts) =>
  Object.entries(counts)
    .map(([unit, count]) => `${count} ${wordOf(unit)}`)
    .join(', ') || 'nothing'

/** The content of the generated block. */
export function costsMarkdown(counts: AllCounts = readCounts()): string {
  const stores = billed(counts)
  const head = ['', 'page', 'renewal', 'sign-in', 'sign-out', 'mixed¹']
  const priced = stores.map((store) => [
    store.store,
    ...(['page', 'renewal', 'signIn', 'signOut'] as const).map((one) =>
      dollars(priceOf(store, one)),
    ),
    dollars(priceOfMix(store)),
  ])
  const worker = prices.workerRequest.perMillion + prices.workerCpu.perMillion
  const counted: [store: string, counted: Counted][] = [
    ['`d1Store()`', counts.d1],
    ['`durableObjectStore()`', counts.objects],
    ['`kvStore()`', counts.kv],
    ['`denoKvStore()`', counts.deno],
    ['`redisStore()`', counts.redis],
    ['`sqlStore()`, PostgreSQL', counts.postgres],
  ]
  const { page, renewal } = counts.deno
  const included = Math.floor(deno.readUnits / (page['readUnits'] ?? 1))
  const month = neon.perComputeHour * neon.smallestCompute * HOURS_IN_A_MONTH
  const duration = (0.128 * 0.01 * MILLION * prices.objectDuration.perMillion) / MILLION
  return [
    '## A million times',
    markdownTable([head, ...priced], { align: ['', ...head.slice(1).map(() => 'right')] }),
    `¹ A million requests, of which one in ${RENEWAL_OF} renews its session, and one in ${SIGN_IN_OF} each signs in and out: an assumption. Your app can have other shares.`,
    [
      `- **The Worker itself** costs ${dollars(worker)} for a million requests of one millisecond of CPU.`,
      `- **Durable Objects** are also billed for the time in which they run, which was not measured: ${dollars(duration)} for a million requests of 10 ms, with 128 MB each.`,
      `- **Deno Deploy** bills units. A page is ${textOf(page)}; a renewal is ${textOf(renewal)}. The plan ${deno.plan} ($${deno.perMonth} a month) includes ${deno.readUnits.toLocaleString('en')} read units and ${deno.writeUnits.toLocaleString('en')} write units: ${included.toLocaleString('en')} pages. No price for more was found.`,
      `- **Neon** bills the time in which the database is active, not statements: $${neon.perComputeHour} for each CU-hour of the plan Launch. The smallest compute (${neon.smallestCompute} CU) costs ${dollars(month)} in a month without a pause of five minutes, with one request a second or with many.`,
    ].join('\n'),
    '## What was counted',
    markdownTable([
      ['', 'page', 'POST', 'forged token', 'renewal', 'sign-in', 'sign-out'],
      ...counted.map(([store, all]) => [
        store,
        ...(['page', 'post', 'forged', 'renewal', 'signIn', 'signOut'] as const).map((operation) =>
          textOf(all[operation]),
        ),
      ]),
    ]),
    '## Prices',
    markdownTable(
      [
        ['for a million', 'US dollars', 'source', 'copy of'],
        ...Object.values<Price>(prices).map(({ unit, perMillion, source, date }) => [
          unit,
          String(perMillion),
          `<${source}>`,
          date ?? 'unknown date',
        ]),
      ],
      { align: ['', 'right'] },
    ),
    `Also <${neon.source}> (unknown date), and <${deno.source}> as quoted on ${deno.date}.`,
  ].join('\n\n')
}
