import '../test/migrated.ts'
import { describe, expect, it } from 'vitest'
import { PASSPHRASE, Visitor } from '../test/visitor.ts'

describe('your name', () => {
  it('is shown anew by the very request that changes it', async () => {
    const visitor = await new Visitor().signUp('Ada Byron')

    const response = await visitor.post('/account', { name: '  Ada   Lovelace ' })

    const page = await response.text()
    expect(response.status).toBe(200)
    expect(page).toContain('Signed in as <bdi>Ada Lovelace</bdi>')
    expect(page).toContain('value="Ada Lovelace"')
    expect(page).not.toContain('Byron')
  })

  it('stands under new entries, beside the name one signs in with, and not under old ones', async () => {
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

  it('is not changed to nothing, and what was typed comes back', async () => {
    const visitor = await new Visitor().signUp('Edsger')
    const name = 'x'.repeat(41)

    const response = await visitor.post('/account', { name })

    const page = await response.text()
    expect(response.status).toBe(422)
    expect(page).toContain(`value="${name}"`)
    expect(page).toContain('Signed in as <bdi>Edsger</bdi>')
  })

  it('is asked of nobody who is signed out', async () => {
    const visitor = new Visitor()

    expect((await visitor.get('/account')).headers.get('Location')).toBe('/sign-in?next=%2Faccount')
    expect((await visitor.post('/account', { name: 'Anyone' })).status).toBe(401)
  })
})
