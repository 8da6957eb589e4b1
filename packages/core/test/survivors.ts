/** The changes to core that no test detects, as the line then reads, and why each is acceptable. */
export const survivors: Record<string, Record<string, string>> = {
  auth: {
    'if (true) await config.onEvent(event)':
      'without a callback, it throws an error that the `catch` below ignores',
  },
  'auth-request': {
    '!/prefetch/i.test(request.headers.get(\'Sec-Purpose\') ?? "Stryker was here!")':
      'a missing header is the same as any text without `prefetch`',
    'isHttpsUrl(url ?? "Stryker was here!"),':
      'a missing URL or header is the same as any text that is not an https URL',
  },
  cached: {
    'await options.onCacheError(error)':
      'without a callback, it throws an error that the `catch` below ignores',
    'if (false) return value.map(copyOf) as Value':
      '`structuredClone` then copies an array: the same copy, more slowly',
    'if (true) return structuredClone(value)':
      '`structuredClone` then copies everything: the same copy, more slowly',
    'if (Object.getPrototypeOf(value) === Object.prototype) return structuredClone(value)':
      '`structuredClone` then copies everything: the same copy, more slowly',
  },
  csrf: {
    'return SAFE_METHODS.includes(method) && !/websocket/i.test(headers.get(\'Upgrade\') ?? "Stryker was here!")':
      'a missing header is the same as any text without `websocket`',
    'function ownOrigin({ url = "Stryker was here!", headers }: OriginRequest): URL | null {':
      'a missing URL is the same as any text that is not a URL',
    'const configured = host ?? (hostHeader && (headers.get(hostHeader) ?? "Stryker was here!"))':
      'a missing header is the same as any text that is not a host',
    'const from = parse(origin ?? "Stryker was here!")':
      'a missing header is the same as any text that is not a URL',
    'export function isToLoopback({ url = "Stryker was here!" }: OriginRequest): boolean {':
      'a missing URL is the same as any text that is not a URL',
    '} catch {}': '`undefined` instead of `null` or `false`: the caller treats both as no',
  },
  'header-list': {
    'return (value ?? "Stryker was here!").split(\',\').map((item) => item.trim().toLowerCase())':
      'a missing header is the same as any text that no caller looks for',
  },
  'request-token': {
    'return /^Bearer +(\\S+)$/i.exec(headers.get(\'Authorization\') ?? "Stryker was here!")?.[1] ?? null':
      'a missing header is the same as any text that is not a bearer token',
  },
  'session-cookie': {
    'const header = headers.get(\'Cookie\') ?? "Stryker was here!"':
      'a missing header is the same as any text without this cookie',
  },
  token: {
    'for (let i = 0; i <= a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i)':
      'the additional step compares `NaN` with `NaN`, and hashes of two lengths differ already',
  },
}
