/** The page: opens a socket for a signed-in user, and shows when the device was signed out. */
const SIGNED_OUT = 4401
const HOUR = 3_600_000
const LONGEST_WAIT = 30_000
/** Close codes for limits of the room, with the text to show. The page then waits before it retries. */
const LIMITS = new Map([
  [1009, 'That message was too long.'],
  [1013, 'The room is full.'],
  [4429, ''],
])
const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short' })
const AGO = new Intl.RelativeTimeFormat('en-GB')
const SIGNED_OUT_TEXT = 'You were signed out on this device.'

const byId = (id) => document.getElementById(id)
const status = byId('status')
const devices = byId('devices')
const text = byId('text')

/** The open socket, if there is one. */
let socket = null
let failures = 0
/** Whether the room has sent a message over the open socket. */
let isAccepted = false

byId('write').addEventListener('submit', (event) => {
  event.preventDefault()
  if (socket?.readyState !== WebSocket.OPEN) return
  const isBlank = text.value.trim() === ''
  text.setAttribute('aria-invalid', String(isBlank))
  if (isBlank) {
    status.textContent = 'Enter a message.'
    text.focus()
    return
  }
  socket.send(text.value)
  text.value = ''
})

devices.addEventListener('toggle', () => {
  if (devices.open) void listDevices()
})

// Another tab signed in, or replaced the session.
const tabs = new BroadcastChannel('signed-in')
tabs.addEventListener('message', () => {
  if (!byId('sign-in').hidden) void start()
})

await start()
if (socket) tabs.postMessage('')

/** Shows the room to a signed-in user, and the sign-in form otherwise. */
async function start() {
  const response = await fetch('/me').catch(() => null)
  if (response?.ok) {
    const { name } = await response.json()
    byId('me').textContent = name
    connect()
  } else if (response?.status === 401) {
    const { wasSignedOut } = await response.json()
    showSignIn(socket || wasSignedOut ? SIGNED_OUT_TEXT : '')
  } else {
    retry()
  }
}

function connect() {
  isAccepted = false
  socket = new WebSocket(`${location.origin.replace('http', 'ws')}/room`)
  socket.addEventListener('open', () => {
    show({ signIn: false })
    text.focus()
  })
  socket.addEventListener('message', ({ data }) => receive(JSON.parse(data)))
  socket.addEventListener('close', ({ code, reason }) => {
    // The session was revoked or replaced. The browser can have a new one.
    if (code === SIGNED_OUT) void start()
    else if (LIMITS.has(code)) retry(LIMITS.get(code) || `${reason}.`, LONGEST_WAIT)
    else retry()
  })
}

/** Retries after a lost connection, an outage or a rejected handshake. */
function retry(why = 'The connection was lost.', shortest = 0) {
  status.textContent = `${why} Retrying …`
  const wait = Math.max(shortest, Math.min(LONGEST_WAIT, 500 * 2 ** failures++))
  setTimeout(() => void start(), wait * (0.5 + Math.random()))
}

function receive(news) {
  // Not in the open event: a socket that a limit rejects is opened and closed immediately.
  if (!isAccepted) status.textContent = ''
  isAccepted = true
  failures = 0
  if (news.type === 'here') byId('here').textContent = `Here: ${news.names.join(', ')}`
  if (news.type === 'message') add(news.from, news.text)
  if (news.type === 'not-sent') {
    status.textContent = 'Not sent: the chat cannot check your session. Try again.'
    text.value ||= news.text
  }
  if (news.type === 'too-fast') {
    status.textContent = 'Not sent: you are writing too fast. Wait a few seconds.'
    text.value ||= news.text
  }
}

function add(from, message) {
  const log = byId('log')
  const line = document.createElement('p')
  const name = document.createElement('strong')
  name.textContent = from
  line.append(name, ' ', message)
  log.append(line)
  if (log.children.length > 200) log.firstChild.remove()
  log.scrollTop = log.scrollHeight
  status.textContent = ''
}

function showSignIn(why) {
  show({ signIn: true })
  status.textContent = why
  byId('name').focus()
}

async function listDevices() {
  const response = await fetch('/devices').catch(() => null)
  if (!response?.ok) {
    status.textContent = 'Your devices cannot be shown now.'
    return
  }
  const items = (await response.json()).map(({ isCurrent, signedInAt, lastUsedAt }) => {
    const item = document.createElement('li')
    const name = document.createElement('strong')
    name.textContent = isCurrent ? 'This device' : 'Another device'
    const used = isCurrent ? 'now' : ago(new Date(lastUsedAt))
    item.append(name, ` signed in ${DATE.format(new Date(signedInAt))}, last used ${used}`)
    return item
  })
  byId('device-list').replaceChildren(...items)
}

/** How long ago a time was, in whole hours or days. */
function ago(time) {
  const hours = Math.floor((Date.now() - time) / HOUR)
  if (hours < 1) return 'within the last hour'
  return hours < 24 ? AGO.format(-hours, 'hour') : AGO.format(-Math.floor(hours / 24), 'day')
}

function show({ signIn }) {
  byId('sign-in').hidden = !signIn
  byId('account').hidden = signIn
  devices.hidden = signIn
  byId('room').hidden = signIn
}
