/** The changes to the core that no test notices, as the line then reads, and why each may go unnoticed. */
export const survivors: Record<string, Record<string, string>> = {
  auth: {
    'return IssuedSession.tokenOf(session) ?? noSuchSession("")':
      'the wording of a message; the code of the error is tested',
  },
  'auth-request': {
    'return findCookie(headers.get(\'Cookie\') ?? "Stryker was here!", name)':
      'a missing header stands for any text that has no such cookie',
    'return /^Bearer +(\\S+)$/i.exec(headers.get(\'Authorization\') ?? "Stryker was here!")?.[1] ?? null':
      'a missing header stands for any text that is no bearer token',
    "request.method !== 'HEAD' && !/prefetch/i.test(request.headers.get('Sec-Purpose') ?? \"Stryker was here!\")":
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
  cookie: {
    'serializeCookie(name, "Stryker was here!", attributes),':
      'the wording of a message, which shows the cookie; the code of the error is tested',
  },
  cors: {
    'checkOption(csrfProtection, \'csrfProtection\', "")':
      'the wording of a message, which names the option; the code of the error is tested',
    "checkOption(maxAge === undefined || (maxAge >= 0 && maxAge % 1 === 0), 'maxAge', maxAge && '')":
      'the wording of a message, which names the option; `??` is there for the types',
    'checkOption(maxAge === undefined || (maxAge >= 0 && maxAge % 1 === 0), \'maxAge\', maxAge ?? "Stryker was here!")':
      'the wording of a message, which names the option; `??` is there for the types',
    "if (!VARIES.test(headers.get('Vary') ?? \"Stryker was here!\")) headers.append('Vary', 'Origin')":
      'a missing header stands for any text that does not name `Origin`',
  },
  csrf: {
    '/^(GET|HEAD|OPTIONS|TRACE)$/.test(method) && !/websocket/i.test(headers.get(\'Upgrade\') ?? "Stryker was here!")':
      'a missing header stands for any text without `websocket`',
    'checkOption(!names.length || baseDomain, \'csrfProtection.baseDomain\', "Stryker was here!")':
      'the wording of a message, which names the option; the code of the error is tested',
    'false ? [] : `https://${name}`,':
      '`https://undefined` is a whole origin too, so the check takes it',
    'trustedOrigins.includes(origin ?? "Stryker was here!") ||':
      'a missing header stands for any text that is no origin, and the list holds nothing but origins',
    'function ownOrigin({ url = "Stryker was here!", headers }: OriginRequest): URL | null {':
      'a missing URL stands for any text that is no URL',
    'const given = host ?? (hostHeader && (headers.get(hostHeader) ?? "Stryker was here!"))':
      'a missing header stands for any text that is no host',
    'const from = parse(origin ?? "Stryker was here!")':
      'a missing header stands for any text that is no URL',
    '} catch {}': '`undefined` instead of `null`: who asks takes both for no URL',
  },
  limen: {
    'if (true) await config.onEvent(event)':
      'where there is no observer, it throws what the `catch` below it drops',
    'cookieName: makeCookie("Stryker was here!", 0).name,':
      'nothing but the name of this cookie is used',
  },
  response: {
    'if (!/(^|,)\\s*(private|no-store)\\s*(,|$)/i.test(cacheControl ?? "Stryker was here!")) {':
      'a missing header stands for any text with neither word',
  },
  token: {
    'for (let i = 0; i <= a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i)':
      'one step more compares `NaN` with `NaN`, and hashes of two lengths differ already',
  },
}
