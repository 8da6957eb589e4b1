/** The page: keeps a socket open while somebody is signed in, and says so when they no longer are. */
const SIGNED_OUT = 4401
const LONGEST_WAIT = 30_000
/** Closed by a limit of the room: what to show, and that a quick retry does not help. */
const LIMITS = new Map([
  [1009, 'That message was too long.'],
  [1013, 'The room is full.'],
  [4429, ''],
])
const NOT_ANY_MORE = 'You were signed out on this device.'

const byId = (id) => document.getElementById(id)
const status = byId('status')
const text = byId('text')

/** The open socket, if there is one. */
let socket = null
let failures = 0
/** Whether the room has sent something over the open socket. */
let isIn = false

byId('write').addEventListener('submit', (event) => {
  event.preventDefault()
  if (socket?.readyState !== WebSocket.OPEN) return
  const isBlank = text.value.trim() === ''
  text.setAttribute('aria-invalid', String(isBlank))
  if (isBlank) {
    status.textContent = 'Write something.'
    text.focus()
    return
  }
  socket.send(text.value)
  text.value = ''
})

await begin()

/** Shows the room or the door, by what the server says. */
async function begin() {
  const answer = await fetch('/me').catch(() => null)
  if (answer?.ok) {
    const { name } = await answer.json()
    byId('me').textContent = name
    connect()
  } else if (answer?.status === 401) {
    const { wasSignedOut } = await answer.json()
    showDoor(socket || wasSignedOut ? NOT_ANY_MORE : '')
  } else {
    tryAgain()
  }
}

function connect() {
  isIn = false
  socket = new WebSocket(`${location.origin.replace('http', 'ws')}/room`)
  socket.addEventListener('open', () => {
    show({ door: false })
    text.focus()
  })
  socket.addEventListener('message', ({ data }) => hear(JSON.parse(data)))
  socket.addEventListener('close', ({ code, reason }) => {
    if (code === SIGNED_OUT) showDoor(NOT_ANY_MORE)
    else if (LIMITS.has(code)) tryAgain(LIMITS.get(code) || `${reason}.`, LONGEST_WAIT)
    else tryAgain()
  })
}

/** A lost connection, an outage, or a handshake that was refused: the server is asked which. */
function tryAgain(why = 'The connection is lost.', shortest = 0) {
  status.textContent = `${why} Trying again …`
  const wait = Math.max(shortest, Math.min(LONGEST_WAIT, 500 * 2 ** failures++))
  setTimeout(() => void begin(), wait * (0.5 + Math.random()))
}

function hear(news) {
  // Not when the socket opens: one that a limit refuses opens too, and is closed at once.
  if (!isIn) status.textContent = ''
  isIn = true
  failures = 0
  if (news.type === 'here') byId('here').textContent = `Here: ${news.names.join(', ')}`
  if (news.type === 'message') add(news.from, news.text)
  if (news.type === 'not-sent') {
    status.textContent = 'That was not sent: the chat cannot check who you are. Try again.'
    text.value ||= news.text
  }
  if (news.type === 'too-fast') {
    status.textContent = 'That was not sent: you are writing too fast. Wait a few seconds.'
    text.value ||= news.text
  }
}

function add(from, words) {
  const log = byId('log')
  const line = document.createElement('p')
  const name = document.createElement('strong')
  name.textContent = from
  line.append(name, ' ', words)
  log.append(line)
  if (log.children.length > 200) log.firstChild.remove()
  log.scrollTop = log.scrollHeight
  status.textContent = ''
}

function showDoor(why) {
  show({ door: true })
  status.textContent = why
  byId('name').focus()
}

function show({ door }) {
  byId('sign-in').hidden = !door
  byId('account').hidden = door
  byId('room').hidden = door
}
