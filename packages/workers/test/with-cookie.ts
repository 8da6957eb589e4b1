/** A same-origin request with the cookie of a session. */
export function withCookie(token: string, method = 'GET'): Request {
  return new Request('https://app.example/', {
    method,
    headers: { Cookie: `__Host-Http-session=${token}`, 'Sec-Fetch-Site': 'same-origin' },
  })
}
