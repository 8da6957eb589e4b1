import { expect, it } from 'vitest'
import '../test/migrated.ts'
import { PASSPHRASE, Visitor } from '../test/visitor.ts'

it('a sign-in offers a device session, and the other pages do not', async () => {
  const visitor = new Visitor()
  const fields = { name: 'Bound', passphrase: PASSPHRASE }
  const response = await visitor.post('/sign-up', fields)
  expect(response.headers.get('Secure-Session-Registration')).toMatch(
    /^\(ES256 RS256\);path="\/device";challenge="[\w.-]+"$/,
  )
  const page = await visitor.get('/devices')
  expect(page.headers.get('Secure-Session-Registration')).toBeNull()
  expect(await page.text()).toContain('Opens this session')
  expect(await (await visitor.get('/copied-cookie')).text()).toContain('It opened your session')
})

it('/device refuses a request without a proof', async () => {
  expect((await new Visitor().post('/device', {})).status).toBe(400)
})
