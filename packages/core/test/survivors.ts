/** The changes to the core that no test notices, as the line then reads, and why each may go unnoticed. */
export const survivors: Record<string, Record<string, string>> = {
  'auth-request': {
    'const header = headers.get(\'Cookie\') ?? "Stryker was here!"':
      'a missing header stands for any text that has no such cookie',
    'return /^Bearer +(\\S+)$/i.exec(headers.get(\'Authorization\') ?? "Stryker was here!")?.[1] ?? null':
      'a missing header stands for any text that is no bearer token',
    '!/prefetch/i.test(request.headers.get(\'Sec-Purpose\') ?? "Stryker was here!")':
      'a missing header stands for any text without `prefetch`',
  },
  cached: {
    'await options.onCacheError(error)':
      'where there is no observer, it throws what the `catch` below it drops',
    'if (false) return value.map(copyOf) as Value':
      'an array is then copied by `structuredClone`: the same copy, more slowly',
    'if (true) return structuredClone(value)':
      'all is then copied by `structuredClone`: the same copy, more slowly',
    'if (Object.getPrototypeOf(value) === Object.prototype) return structuredClone(value)':
      'all is then copied by `structuredClone`: the same copy, more slowly',
  },
  cors: {
    "if (!VARIES.test(headers.get('Vary') ?? \"Stryker was here!\")) headers.append('Vary', 'Origin')":
      'a missing header stands for any text that does not name `Origin`',
  },
  csrf: {
    '/^(GET|HEAD|OPTIONS|TRACE)$/.test(method) && !/websocket/i.test(headers.get(\'Upgrade\') ?? "Stryker was here!")':
      'a missing header stands for any text without `websocket`',
    'function ownOrigin({ url = "Stryker was here!", headers }: OriginRequest): URL | null {':
      'a missing URL stands for any text that is no URL',
    'const named = host ?? (hostHeader && (headers.get(hostHeader) ?? "Stryker was here!"))':
      'a missing header stands for any text that is no host',
    'const from = parse(origin ?? "Stryker was here!")':
      'a missing header stands for any text that is no URL',
    'export function isToLoopback({ url = "Stryker was here!" }: OriginRequest): boolean {':
      'a missing URL stands for any text that is no URL',
    '} catch {}': '`undefined` instead of `null` or `false`: who calls takes both for no',
  },
  limen: {
    'if (true) await config.onEvent(event)':
      'where there is no observer, it throws what the `catch` below it drops',
  },
  response: {
    'if (!/(^|,)\\s*(private|no-store)\\s*(,|$)/i.test(cacheControl ?? "Stryker was here!")) {':
      'a missing header stands for any text with neither word',
    'const vary = headers.get(\'Vary\') ?? "Stryker was here!"':
      'a missing header stands for any text that does not name the header',
  },
  token: {
    'for (let i = 0; i <= a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i)':
      'one step more compares `NaN` with `NaN`, and hashes of two lengths differ already',
  },
}
