import '../test/migrated.ts'
import { describe, expect, it } from 'vitest'
import { PASSPHRASE, Visitor } from '../test/visitor.ts'

describe('the display name', () => {
  it('is shown in the response to the change', async () => {
    const visitor = await new Visitor().signUp('Ada Byron')

    const response = await visitor.post('/account', { name: '  Ada   Lovelace ' })

    const page = await response.text()
    expect(response.status).toBe(200)
    expect(page).toContain('Signed in as <bdi>Ada Lovelace</bdi>')
    expect(page).toContain('value="Ada Lovelace"')
    expect(page).not.toContain('Byron')
  })

  it('is shown with new entries, beside the sign-in name, and not with old ones', async () => {
    const visitor = await new Visitor().signUp('Grace')
    await visitor.post('/entries', { text: 'Before.' })
    await visitor.post('/account', { name: 'Amazing Grace' })
    await visitor.post('/entries', { text: 'After.' })

    const page = await (await visitor.get('/')).text()

    expect(page).toMatch(
      /After\.<.*?class="name">Amazing Grace<.*?class="handle"[^>]*>@grace<.*Before\.<.*?class="name">Grace</s,
    )
    const again = await new Visitor().post('/sign-in', { name: 'grace', passphrase: PASSPHRASE })
    expect(again.status).toBe(303)
  })

  it('is not changed by invalid input, which fills the form again', async () => {
    const visitor = await new Visitor().signUp('Edsger')
    const name = 'x'.repeat(41)

    const response = await visitor.post('/account', { name })

    const page = await response.text()
    expect(response.status).toBe(422)
    expect(page).toContain(`value="${name}"`)
    expect(page).toContain('Signed in as <bdi>Edsger</bdi>')
  })

  it('cannot be changed by an anonymous visitor', async () => {
    const visitor = new Visitor()

    expect((await visitor.get('/account')).headers.get('Location')).toBe('/sign-in?next=%2Faccount')
    expect((await visitor.post('/account', { name: 'Anyone' })).status).toBe(401)
  })
})
