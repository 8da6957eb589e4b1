/** The page: keeps a socket open while somebody is signed in, and says so when they no longer are. */
const SIGNED_OUT = 4401
const LONGEST_WAIT = 30_000

const byId = (id) => document.getElementById(id)
const status = byId('status')
const text = byId('text')

/** The open socket, if there is one. */
let socket = null
let failures = 0

byId('write').addEventListener('submit', (event) => {
  event.preventDefault()
  if (socket?.readyState !== WebSocket.OPEN) return
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
    showDoor(socket ? 'You were signed out.' : '')
  } else {
    tryAgain()
  }
}

function connect() {
  socket = new WebSocket(`${location.origin.replace('http', 'ws')}/room`)
  socket.addEventListener('open', () => {
    failures = 0
    show({ door: false })
    status.textContent = ''
    text.focus()
  })
  socket.addEventListener('message', ({ data }) => hear(JSON.parse(data)))
  socket.addEventListener('close', ({ code }) => {
    if (code === SIGNED_OUT) showDoor('You were signed out.')
    else tryAgain()
  })
}

/** A lost connection, an outage, or a handshake that was refused: the server is asked which. */
function tryAgain() {
  status.textContent = 'The connection is lost. Trying again …'
  const wait = Math.min(LONGEST_WAIT, 500 * 2 ** failures++)
  setTimeout(() => void begin(), wait * (0.5 + Math.random()))
}

function hear(news) {
  if (news.type === 'here') byId('here').textContent = `Here: ${news.names.join(', ')}`
  if (news.type === 'message') add(news.from, news.text)
  if (news.type === 'not-sent') {
    status.textContent = 'That was not sent: the chat cannot check who you are. Try again.'
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
