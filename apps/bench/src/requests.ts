/** The requests of the bench: what Chromium sends with a navigation and with a form. */

export const ORIGIN = 'https://app.example'

const common = {
  Host: 'app.example',
  Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
  'Accept-Encoding': 'gzip, deflate, br, zstd',
  'Accept-Language': 'de-CH,de;q=0.9,en;q=0.8',
  'Cache-Control': 'max-age=0',
  'Sec-CH-UA': '"Chromium";v="146", "Not:A-Brand";v="24"',
  'Sec-CH-UA-Mobile': '?0',
  'Sec-CH-UA-Platform': '"Linux"',
  'Sec-Fetch-Dest': 'document',
  'Sec-Fetch-Mode': 'navigate',
  'Sec-Fetch-User': '?1',
  'Upgrade-Insecure-Requests': '1',
  'User-Agent':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36',
}

/** The cookies of other programs. The session cookie is between them. */
const others = [
  '_ga=GA1.1.1190463871.1761915602',
  '_ga_7Q3JXW2H9K=GS2.1.s1763892210$o14$g1$t1763893377$j60$l0$h0',
  '_gid=GA1.2.603284411.1763712044',
  '_fbp=fb.1.1761915603144.742290815526180553',
  'OptanonConsent=isGpcEnabled=0&datestamp=Sun+Nov+23+2026+10%3A22%3A57+GMT%2B0100&version=202510.1.0&browserGpcFlag=0&isIABGlobal=false&hosts=&consentId=2b8f1e6c-7d0f-4b0e-9d35-0a9d2c6f1d3e&interactionCount=1&isAnonUser=1&landingPath=NotLandingPage&groups=C0001%3A1%2CC0002%3A1%2CC0003%3A0%2CC0004%3A0&geolocation=CH%3BZH&AwaitingReconsent=false',
  'OptanonAlertBoxClosed=2026-10-31T12:20:09.314Z',
  '__stripe_mid=5f0a3d1e-9c2b-4f7d-8a66-3e9b71c05d42a1b2c3',
  'ajs_anonymous_id=%22c1f7a2be-04f9-4e26-a5b8-7f6d1d0be7a9%22',
  'intercom-device-id-k3p9x1ab=8d1fd7e6-9a3b-4c1c-b8c3-5d9f20e1a7b4',
  'theme=dark',
  'locale=de-CH',
]
const BEFORE = 8

/** A `Cookie` header: the session cookie alone, or between eleven others. */
export function cookieHeader(own: string | null, crowded: boolean): string | null {
  const cookies = crowded ? [...others] : []
  if (own !== null) cookies.splice(BEFORE, 0, own)
  return cookies.length > 0 ? cookies.join('; ') : null
}

/** A new request with the given cookies. */
export function newRequest(method: 'GET' | 'POST', cookie: string | null): Request {
  const headers: Record<string, string> = { ...common }
  if (method === 'POST') {
    headers['Content-Type'] = 'application/x-www-form-urlencoded'
    headers['Origin'] = ORIGIN
    headers['Referer'] = `${ORIGIN}/entries`
  }
  headers['Sec-Fetch-Site'] = 'same-origin'
  if (cookie !== null) headers['Cookie'] = cookie
  return new Request(`${ORIGIN}/entries?page=2`, { method, headers })
}

/** The request that a page of another site makes a browser send. */
export function crossSitePost(cookie: string): Request {
  const { headers } = newRequest('POST', cookie)
  headers.set('Origin', 'https://evil.example')
  headers.set('Sec-Fetch-Site', 'cross-site')
  return new Request(`${ORIGIN}/entries`, { method: 'POST', headers })
}
