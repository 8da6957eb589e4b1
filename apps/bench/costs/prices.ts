/** List prices in US dollars, each with its source and the date of the copy that was read. */

/** A price of one unit. */
export interface Price {
  readonly unit: string
  /** Dollars for a million units. */
  readonly perMillion: number
  readonly source: string
  /** The date of the copy; `null` for a copy without one. */
  readonly date: string | null
}

const CLOUDFLARE = 'https://developers.cloudflare.com'

export const prices = {
  workerRequest: {
    unit: 'requests of a Worker',
    perMillion: 0.3,
    source: `${CLOUDFLARE}/workers/platform/pricing/`,
    date: '2026-08-03',
  },
  workerCpu: {
    unit: 'milliseconds of a Worker’s CPU',
    perMillion: 0.02,
    source: `${CLOUDFLARE}/workers/platform/pricing/`,
    date: '2026-08-03',
  },
  d1RowRead: {
    unit: 'rows read from D1',
    perMillion: 0.001,
    source: `${CLOUDFLARE}/d1/platform/pricing/`,
    date: '2026-08-03',
  },
  d1RowWritten: {
    unit: 'rows written to D1',
    perMillion: 1,
    source: `${CLOUDFLARE}/d1/platform/pricing/`,
    date: '2026-08-03',
  },
  kvRead: {
    unit: 'reads of Workers KV',
    perMillion: 0.5,
    source: `${CLOUDFLARE}/kv/platform/pricing/`,
    date: null,
  },
  kvWrite: {
    unit: 'writes, deletions and lists of Workers KV',
    perMillion: 5,
    source: `${CLOUDFLARE}/kv/platform/pricing/`,
    date: null,
  },
  objectRequest: {
    unit: 'requests to Durable Objects',
    perMillion: 0.15,
    source: `${CLOUDFLARE}/durable-objects/platform/pricing/`,
    date: null,
  },
  objectDuration: {
    unit: 'GB-seconds of Durable Objects',
    perMillion: 12.5,
    source: `${CLOUDFLARE}/durable-objects/platform/pricing/`,
    date: null,
  },
  objectRowRead: {
    unit: 'rows read in Durable Objects',
    perMillion: 0.001,
    source: `${CLOUDFLARE}/durable-objects/platform/pricing/`,
    date: null,
  },
  objectRowWritten: {
    unit: 'rows written in Durable Objects',
    perMillion: 1,
    source: `${CLOUDFLARE}/durable-objects/platform/pricing/`,
    date: null,
  },
  upstashCommand: {
    unit: 'commands of Upstash Redis, pay as you go',
    perMillion: 2,
    source: 'https://upstash.com/docs/redis/overall/billing',
    date: '2026-08-21',
  },
} as const satisfies Record<string, Price>

/** Neon has no price for a statement. */
export const neon = {
  perComputeHour: 0.106,
  smallestCompute: 0.25,
  source: 'https://neon.com/faqs/managed-postgres-options-ten-databases-cost',
  date: null,
} as const

/** Deno Deploy includes units in its plans. No price for more of them was found. */
export const deno = {
  plan: 'Pro',
  perMonth: 20,
  readUnits: 5_000_000,
  writeUnits: 2_500_000,
  source: 'https://deno.com/deploy/pricing',
  date: '2026-09-01',
} as const
