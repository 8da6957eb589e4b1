import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page, WebSocketRoute } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Chat, inRoom, join, signedOut, startChat } from './chat.ts'

const SIGNED_OUT = 'You were signed out on this device.'

let chat: Chat

beforeAll(async () => {
  chat = await startChat()
})
afterAll(() => chat[Symbol.asyncDispose]())

/** Opens the chat in another tab of the same browser. */
async function tabOf(page: Page): Promise<Page> {
  const tab = await page.context().newPage()
  await tab.goto(chat.origin)
  await inRoom(tab)
  return tab
}

async function devicesOf(page: Page): Promise<string[]> {
  await page.getByText('Your devices').click()
  await page.locator('#device-list').getByText('This device').waitFor()
  return page.locator('#device-list li').allInnerTexts()
}

/** Sends a message until another page shows it. A page that reconnects sends none. */
async function talk(from: Page, to: Page, text: string): Promise<void> {
  const send = async () => {
    await from.getByLabel('Your message').fill(text)
    await from.getByRole('button', { name: 'Send' }).click()
    return to.getByRole('log').getByText(text).count()
  }
  await expect.poll(send, { interval: 1000, timeout: 20_000 }).toBeGreaterThan(0)
}

describe('“Stay signed in”', () => {
  it('P8: stores the cookie for 15 days, or until the browser is closed', async () => {
    const [stays, leaves] = [await chat.open(), await chat.open()]
    await join(stays, chat, 'Stays', { remember: true })
    await join(leaves, chat, 'Leaves')

    const [cookie] = await stays.context().cookies()
    expect(Math.round((cookie!.expires - Date.now() / 1000) / 86_400)).toBe(15)
    expect(await leaves.context().cookies()).toMatchObject([{ expires: -1 }])
  })
})

describe('sign-out', () => {
  it('[T41] shows in every tab of the browser, and in no other browser', async () => {
    const page = await chat.open()
    await join(page, chat, 'Ada')
    const tab = await tabOf(page)
    const elsewhere = await chat.open()
    await join(elsewhere, chat, 'Ada')

    await page.getByRole('button', { name: 'Sign out', exact: true }).click()

    expect(await signedOut(tab)).toBe(SIGNED_OUT)
    await signedOut(page)
    await talk(elsewhere, elsewhere, 'still here')

    // Signing in again in one tab connects the others.
    await join(page, chat, 'Ada')
    await inRoom(tab)
    await talk(page, tab, 'back again')
  })
})

describe('the list of devices', () => {
  it('shows when each device was last used', async () => {
    const page = await chat.open()
    await join(page, chat, 'Grace')
    for (const by of [{ minutes: 59 }, { hours: 30 }]) {
      const other = await chat.open()
      await join(other, chat, 'Grace')
      await chat.age(other, by)
    }

    // In order of sign-in.
    expect(await devicesOf(page)).toEqual([
      expect.stringMatching(/^Another device signed in .* at .*, last used 1 day ago$/),
      expect.stringMatching(/^Another device signed in .*, last used within the last hour$/),
      expect.stringMatching(/^This device signed in .*, last used now$/),
    ])
  })

  it('[T41] has at most five: the sixth sign-in disconnects the first device at once', async () => {
    const first = await chat.open()
    await join(first, chat, 'Joan')
    for (let device = 0; device < 4; device++) {
      const other = await chat.open()
      // Without loading a page, which takes longer.
      const options = { form: { name: 'Joan' }, headers: { Origin: chat.origin } }
      await other.request.post(`${chat.origin}/sign-in`, options)
    }
    expect(await devicesOf(first)).toHaveLength(5)
    await first.getByText('You can be signed in on 5 devices.').waitFor()

    const sixth = await chat.open()
    await join(sixth, chat, 'Joan')

    expect(await signedOut(first)).toBe(SIGNED_OUT)
    expect(await devicesOf(sixth)).toHaveLength(5)
  })
})

describe('the deletion of an account', () => {
  it('[T31] needs a recent sign-in, which replaces the session; other tabs reconnect', async () => {
    const page = await chat.open()
    await join(page, chat, 'Edsger')
    const tab = await tabOf(page)
    const reader = await chat.open()
    await join(reader, chat, 'Reader')
    const thief = await chat.open({ storageState: await page.context().storageState() })
    await thief.goto(chat.origin)
    await inRoom(thief)
    const [before] = await page.context().cookies()
    await chat.age(page, { minutes: 5 })

    await devicesOf(page)
    await page.getByRole('button', { name: 'Delete my account' }).click()
    await page.getByRole('alert').getByText('You joined more than 5 minutes ago.').waitFor()
    expect(await page.getByLabel('Your name').inputValue()).toBe('Edsger')
    // The focus is in the field.
    await page.keyboard.press('Enter')
    await inRoom(page)

    const [after] = await page.context().cookies()
    expect(after!.value).not.toBe(before!.value)
    expect(await signedOut(thief)).toBe(SIGNED_OUT)
    await inRoom(tab)
    await talk(tab, reader, 'new session, same tab')

    await devicesOf(page)
    await page.getByRole('button', { name: 'Delete my account' }).click()
    expect(await signedOut(tab)).toBe(SIGNED_OUT)
    await signedOut(page)
    expect(await page.context().cookies()).toEqual([])
    await expect.poll(() => reader.locator('#here').innerText()).not.toContain('Edsger')
  })
})

describe('the page', () => {
  it('reconnects if its socket is closed as signed out and the browser has a new session', async () => {
    const page = await chat.open()
    const sockets: WebSocketRoute[] = []
    await page.routeWebSocket(/\/room$/, (socket) => {
      socket.connectToServer()
      sockets.push(socket)
    })
    await join(page, chat, 'Again')

    await sockets[0]!.close({ code: 4401 })

    await expect.poll(() => sockets.length).toBe(2)
    await talk(page, page, 'the same tab')
  })

  it.each(['light', 'dark'] as const)('is accessible in %s', async (colorScheme) => {
    // The CSP would block the script that the test adds.
    const page = await chat.open({ colorScheme, bypassCSP: true })
    const path = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
    const axe = await readFile(path, 'utf8')
    const violations = async () => {
      await page.addScriptTag({ content: axe })
      const found = await page.evaluate('axe.run()')
      return (found as { violations: { id: string; nodes: { html: string }[] }[] }).violations.map(
        ({ id, nodes }) => [id, nodes.map(({ html }) => html)],
      )
    }
    await page.goto(chat.origin)
    await page.getByLabel('Your name').waitFor()
    expect(await violations()).toEqual([])
    await join(page, chat, `Seen in ${colorScheme}`)
    await devicesOf(page)
    expect(await violations()).toEqual([])
    await chat.age(page, { minutes: 5 })
    await page.getByRole('button', { name: 'Delete my account' }).click()
    await page.getByRole('alert').waitFor()
    expect(await violations()).toEqual([])
  })

  it('is used by keyboard, with the focus visible', async () => {
    const page = await chat.open()
    await page.goto(chat.origin)
    await page.getByLabel('Your name').waitFor()
    await page.keyboard.type('Keys')
    const stops: unknown[] = []
    for (let stop = 0; stop < 2; stop++) {
      await page.keyboard.press('Tab')
      stops.push(await focused(page))
    }
    await page.keyboard.press('Enter')
    await inRoom(page)
    expect(stops).toEqual(['Join 3px', 'remember 3px'])

    await page.getByText('Your devices').focus()
    await page.keyboard.press('Enter')
    await page.locator('#device-list').getByText('This device').waitFor()
    const inDetails = [await focused(page)]
    for (let stop = 0; stop < 2; stop++) {
      await page.keyboard.press('Tab')
      inDetails.push(await focused(page))
    }
    expect(inDetails).toEqual([
      'Your devices 3px',
      'Sign out my other devices 3px',
      'Delete my account 3px',
    ])
  })

  /** The focused element, and the width of its outline. */
  function focused(page: Page): Promise<unknown> {
    return page.evaluate(`(({ activeElement: one }) =>
      (one.name || one.innerText) + ' ' + getComputedStyle(one).outlineWidth)(document)`)
  }

  it.each([390, 1200])('fits into %i pixels', async (width) => {
    const page = await chat.open({ viewport: { width, height: 800 } })
    await join(page, chat, `Wide ${width}`)
    await devicesOf(page)
    expect(
      await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      ),
    ).toBe(0)
  })
})
